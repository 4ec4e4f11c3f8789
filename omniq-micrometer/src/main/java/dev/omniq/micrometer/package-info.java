/**
 * Metrics for any registry of Micrometer: what this program does with tasks ({@link
 * dev.omniq.micrometer.TaskMetrics}) and what its store holds ({@link
 * dev.omniq.micrometer.QueueMetrics}). Uses the facade and the data of tasks, nothing else of the
 * library.
 */
@NullMarked
package dev.omniq.micrometer;

import org.jspecify.annotations.NullMarked;
