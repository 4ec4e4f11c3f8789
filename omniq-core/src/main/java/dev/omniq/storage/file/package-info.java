/**
 * The store that keeps tasks in a journal in a directory; the embedded default. It may use {@code
 * storage}, {@code storage.table} and {@code task}; only the composition root may use it.
 *
 * <p>Where to begin: {@link dev.omniq.storage.file.FileStore} says how a call goes through; {@code
 * GroupFormat} shows what stands on the disk; {@code State} what it comes to; {@code GroupCommit}
 * who writes, forces and answers; {@code Recovery} what is made of it at the next start; {@code
 * Upkeep} what happens in the background.
 */
@NullMarked
package dev.omniq.storage.file;

import org.jspecify.annotations.NullMarked;
