/**
 * Moves all tasks of one store to another: which step follows which, so that an interruption at any
 * moment loses nothing and doubles nothing. Depends on the storage interface and on {@code
 * dev.omniq.task} alone; what a store must be able to do for it is {@link
 * dev.omniq.storage.Movable}.
 */
@NullMarked
package dev.omniq.move;

import org.jspecify.annotations.NullMarked;
