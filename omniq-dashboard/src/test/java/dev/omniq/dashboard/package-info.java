/** Tests of the dashboard: its API by HTTP, its pages in a real browser. */
@NullMarked
package dev.omniq.dashboard;

import org.jspecify.annotations.NullMarked;
