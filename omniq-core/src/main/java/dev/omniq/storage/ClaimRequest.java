package dev.omniq.storage;

import dev.omniq.task.ClaimToken;
import java.time.Duration;
import java.util.List;
import java.util.Set;

/**
 * What a worker can take.
 *
 * @param first the token of the first task that is claimed; those after it follow in sequence
 * @param limit at most this many tasks in all, at least 1
 * @param queues the queues to take from, each with a limit of its own
 * @param names the task names that the worker has handlers for
 * @param suspects at most this many tasks with {@code losses > 0}, 0 or 1: a worker runs at most
 *     one, so that a task that kills its process does not take neighbours of its kind with it. Only
 *     the first one in claim order over the queues with a limit is considered, also if it is then
 *     left out because its queue's limit is reached
 * @param lease how long the claims hold unless extended
 */
public record ClaimRequest(
    ClaimToken first,
    int limit,
    List<QueueLimit> queues,
    Set<String> names,
    int suspects,
    Duration lease) {

  /** Checks the bounds. */
  public ClaimRequest {
    queues = List.copyOf(queues);
    names = Set.copyOf(names);
    if (limit < 1 || suspects < 0 || suspects > 1 || lease.isNegative() || lease.isZero()) {
      throw new IllegalArgumentException(
          "limit must be at least 1 (is %d), suspects 0 or 1 (is %d), lease positive (is %s)"
              .formatted(limit, suspects, lease));
    }
  }

  /**
   * A queue to take from.
   *
   * @param queue its name
   * @param limit at most this many of its tasks in this claim; 0 takes none
   */
  public record QueueLimit(String queue, int limit) {}
}
