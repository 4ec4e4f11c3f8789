/**
 * The storage interface with its request and result records; what a store obeys and what every
 * store promises. It may use {@code task} only; its implementations, the queue and the composition
 * root may use it.
 */
@NullMarked
package dev.omniq.storage;

import org.jspecify.annotations.NullMarked;
