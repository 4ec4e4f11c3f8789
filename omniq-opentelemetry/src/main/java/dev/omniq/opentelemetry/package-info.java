/**
 * Traces of OpenTelemetry: a task's run goes on with the trace in which it was enqueued ({@link
 * dev.omniq.opentelemetry.OmniQTracing}). Uses the data of tasks, nothing else of the library.
 */
@NullMarked
package dev.omniq.opentelemetry;

import org.jspecify.annotations.NullMarked;
