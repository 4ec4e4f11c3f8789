/**
 * Decides: the pure rules (next state, retry or fail, next run, expiry) and the service that is the
 * only caller of a store. It may use {@code storage} (the interface, never an implementation) and
 * {@code task}; the worker and the composition root may use it.
 */
@NullMarked
package dev.omniq.queue;

import org.jspecify.annotations.NullMarked;
