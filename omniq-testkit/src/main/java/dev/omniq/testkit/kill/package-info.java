/**
 * Processes that share a store and are killed, or stopped past their leases, at any moment: what
 * every store that outlives its processes has to stand. Real processes, real clocks, real disks.
 */
@NullMarked
package dev.omniq.testkit.kill;

import org.jspecify.annotations.NullMarked;
