/**
 * The store that keeps tasks in memory and loses them with the process. It may use {@code storage},
 * {@code storage.table} and {@code task}; only the composition root may use it.
 */
@NullMarked
package dev.omniq.storage.memory;

import org.jspecify.annotations.NullMarked;
