/** Other queues for Java, each as its own documentation recommends it for throughput. */
@NullMarked
package dev.omniq.benchmarks.peers;

import org.jspecify.annotations.NullMarked;
