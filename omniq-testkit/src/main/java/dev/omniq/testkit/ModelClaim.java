package dev.omniq.testkit;

import static java.util.Comparator.comparing;

import dev.omniq.storage.ClaimRequest;
import dev.omniq.task.TaskStatus;
import dev.omniq.testkit.ModelRows.Row;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Which tasks a claim takes: those that are due, each priority with a head start of a minute, and
 * those of one time as they were inserted, up to the limits of the request.
 */
record ModelClaim(ClaimRequest request) {

  /** What it takes now, in order. */
  List<Row> taken(ModelRows rows, Instant now) {
    Map<String, Integer> ofQueue = new HashMap<>();
    int suspects = 0;
    List<Row> taken = new ArrayList<>();
    for (Row row : due(rows, now)) {
      String queue = row.task().queue();
      if (taken.size() == request.limit()) {
        break;
      }
      // The first suspects use the room for suspects up, whether they are taken or not.
      boolean considered = !isSuspect(row) || suspects++ < request.suspects();
      if (considered && ofQueue.getOrDefault(queue, 0) < limitOf(queue)) {
        taken.add(row);
        ofQueue.merge(queue, 1, Integer::sum);
      }
    }
    return taken;
  }

  private List<Row> due(ModelRows rows, Instant now) {
    return rows.all(row -> canTake(row) && !row.task().dueAt().isAfter(now))
        .sorted(comparing(ModelClaim::rank).thenComparingLong(Row::sequence))
        .toList();
  }

  private static Instant rank(Row row) {
    return row.task().dueAt().minus(Duration.ofMinutes(row.task().priority()));
  }

  /** Whether it might take a task once that is due. */
  boolean canTake(Row row) {
    return row.task().status() == TaskStatus.PENDING
        && request.names().contains(row.task().name())
        && limitOf(row.task().queue()) > 0
        && (!isSuspect(row) || request.suspects() > 0);
  }

  private static boolean isSuspect(Row row) {
    return row.task().state().losses() > 0;
  }

  private int limitOf(String queue) {
    return request.queues().stream()
        .filter(limit -> limit.queue().equals(queue))
        .mapToInt(ClaimRequest.QueueLimit::limit)
        .sum();
  }
}
