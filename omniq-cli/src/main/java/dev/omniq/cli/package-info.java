/** The command line. It may use what the core makes public; nothing may use it. */
@NullMarked
package dev.omniq.cli;

import org.jspecify.annotations.NullMarked;
