/**
 * The index of live tasks, which the memory store and the file store share: what is due next, who
 * holds what, which keys are taken. Plain data structures without threads, clocks or I/O. It may
 * use {@code storage} and {@code task}; only {@code storage.memory} and {@code storage.file} may
 * use it.
 */
@NullMarked
package dev.omniq.storage.table;

import org.jspecify.annotations.NullMarked;
