package dev.omniq.storage.table;

import dev.omniq.storage.ClaimRequest;
import dev.omniq.storage.ClaimRequest.QueueLimit;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/**
 * Due entries in claim order over the lanes that a request may take from: a merge of their heads.
 * Whoever asks for the next entry must have taken the last one out of its lane.
 */
final class DueMerge {
  private static final Comparator<Lane> BY_HEAD =
      Comparator.comparingLong(Lane::headKey).thenComparingLong(lane -> lane.head().sequence());

  private final long now;
  private final PriorityQueue<Lane> lanes = new PriorityQueue<>(BY_HEAD);
  private final Map<String, Integer> leftOfQueue = new HashMap<>();
  private int leftOfSuspects;
  private int left;
  private @Nullable Lane current;
  private long visits;

  DueMerge(ClaimRequest request, long now) {
    this.now = now;
    left = request.limit();
    leftOfSuspects = request.suspects();
    for (QueueLimit queue : request.queues()) {
      leftOfQueue.merge(queue.queue(), queue.limit(), Integer::sum);
    }
  }

  void offer(Lane lane) {
    if (!lane.isEmpty()) {
      visits++;
      if (lane.head().dueAt() <= now) {
        lanes.add(lane);
      }
    }
  }

  /** The next entry to claim; null when there is none or a limit is reached. */
  @Nullable Entry next() {
    if (current != null) {
      offer(current);
      current = null;
    }
    while (left > 0) {
      Lane lane = lanes.poll();
      if (lane == null) {
        return null;
      }
      int ofQueue = leftOfQueue.getOrDefault(lane.queue(), 0);
      boolean considered = !lane.suspect() || leftOfSuspects-- > 0;
      if (considered && ofQueue > 0) {
        left--;
        leftOfQueue.put(lane.queue(), ofQueue - 1);
        current = lane;
        return lane.head();
      }
    }
    return null;
  }

  /** How many entries were looked at. */
  long visits() {
    return visits;
  }
}
