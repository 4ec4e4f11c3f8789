/**
 * The store that keeps tasks in a journal in a directory; the embedded default. It may use {@code
 * storage} and {@code task}; only the composition root may use it.
 */
@NullMarked
package dev.omniq.storage.file;

import org.jspecify.annotations.NullMarked;
