/**
 * The API a program uses, and the composition root that puts worker, queue, codec and store
 * together. It may use every other package of the core; none of them may use it.
 */
@NullMarked
package dev.omniq;

import org.jspecify.annotations.NullMarked;
