/**
 * JMH benchmarks and end-to-end workloads. They may use what the core makes public; nothing may use
 * them.
 */
@NullMarked
package dev.omniq.benchmarks;

import org.jspecify.annotations.NullMarked;
