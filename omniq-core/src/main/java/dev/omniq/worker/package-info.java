/**
 * Runs tasks: claims what is due, runs the handlers, settles what came of them and keeps the leases
 * alive meanwhile. It may use {@code queue}, {@code codec} and {@code task}; only the composition
 * root may use it.
 */
@NullMarked
package dev.omniq.worker;

import org.jspecify.annotations.NullMarked;
