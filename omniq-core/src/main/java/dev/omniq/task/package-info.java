/**
 * What a task is, as data: its specification, state, schedule, retry policy, outcome and errors. It
 * uses nothing else of this library; every package may use it.
 */
@NullMarked
package dev.omniq.task;

import org.jspecify.annotations.NullMarked;
