/**
 * End-to-end workloads on every store, beside the limits of the machine. They may use what the core
 * makes public; nothing may use them.
 */
@NullMarked
package dev.omniq.benchmarks;

import org.jspecify.annotations.NullMarked;
