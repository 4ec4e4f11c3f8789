/**
 * The command line. It may use what the core makes public; nothing may use it.
 *
 * <p>A command is a class of its own, named in {@link dev.omniq.cli.Main}. What commands share are
 * mixins: {@link dev.omniq.cli.StoreOption} for where the tasks are, {@link
 * dev.omniq.cli.OutputOptions} for how the answer looks.
 */
@NullMarked
package dev.omniq.cli;

import org.jspecify.annotations.NullMarked;
