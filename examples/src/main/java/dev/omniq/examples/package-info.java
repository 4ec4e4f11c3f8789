/** The programs of the tutorials in {@code docs/tutorials}; the tests run them. */
@NullMarked
package dev.omniq.examples;

import org.jspecify.annotations.NullMarked;
