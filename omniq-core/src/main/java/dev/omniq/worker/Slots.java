package dev.omniq.worker;

import dev.omniq.storage.ClaimRequest;
import dev.omniq.storage.ClaimRequest.QueueLimit;
import dev.omniq.task.ClaimToken;
import dev.omniq.task.Task;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The places for running handlers: so many in all, so many for each queue, and one for a task that
 * was lost before. Draws the claim tokens. Thread-safe.
 */
final class Slots {
  private final WorkerOptions options;
  private final Map<String, Integer> takenByQueue = new HashMap<>();
  private ClaimToken nextToken;
  private int taken;
  private boolean suspectRuns;

  Slots(String worker, WorkerOptions options) {
    this.options = options;
    nextToken = new ClaimToken(worker, 1);
  }

  /** A claim for every free place, but for at most {@code most} tasks; empty if there is none. */
  synchronized Optional<ClaimRequest> request(Set<String> names, int most) {
    int free = Math.min(options.concurrency() - taken, most);
    if (free <= 0 || names.isEmpty()) {
      return Optional.empty();
    }
    List<QueueLimit> queues = new ArrayList<>();
    options
        .queues()
        .forEach(
            (queue, limit) -> {
              int left = limit - takenByQueue.getOrDefault(queue, 0);
              if (left > 0) {
                queues.add(new QueueLimit(queue, left));
              }
            });
    if (queues.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        new ClaimRequest(nextToken, free, queues, names, suspectRuns ? 0 : 1, options.lease()));
  }

  /** Whether tasks may have to wait although there are free places: for their queue, or as lost. */
  synchronized boolean keepBack() {
    return suspectRuns
        || options.queues().entrySet().stream()
            .anyMatch(queue -> takenByQueue.getOrDefault(queue.getKey(), 0) >= queue.getValue());
  }

  /** How many places are free in all. */
  synchronized int free() {
    return options.concurrency() - taken;
  }

  /** Takes the place of a claimed task, and its token out of the sequence. */
  synchronized void take(Task task, ClaimToken token) {
    taken++;
    takenByQueue.merge(task.queue(), 1, Integer::sum);
    suspectRuns |= isSuspect(task);
    skipTo(token.plus(1));
  }

  /** Takes all tokens before this one out of the sequence. */
  synchronized void skipTo(ClaimToken next) {
    if (next.sequence() > nextToken.sequence()) {
      nextToken = next;
    }
  }

  synchronized void release(Task task) {
    taken--;
    takenByQueue.merge(task.queue(), -1, Integer::sum);
    if (isSuspect(task)) {
      suspectRuns = false;
    }
  }

  private static boolean isSuspect(Task task) {
    return task.state().losses() > 0;
  }
}
