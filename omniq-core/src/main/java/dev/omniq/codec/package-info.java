/**
 * Turns a method reference into a name and back, and arguments into JSON and back; the only
 * reflection of the library is here. It may use {@code task} only; the worker and the composition
 * root may use it.
 */
@NullMarked
package dev.omniq.codec;

import org.jspecify.annotations.NullMarked;
