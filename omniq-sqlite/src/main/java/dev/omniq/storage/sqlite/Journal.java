package dev.omniq.storage.sqlite;

import dev.omniq.storage.Changes.Change;
import dev.omniq.storage.json.StorageJson;
import dev.omniq.task.ClaimToken;
import dev.omniq.task.TaskId;
import dev.omniq.task.TaskStatus;
import dev.omniq.task.Times;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.core.type.TypeReference;

/**
 * What is told of the changes of one step: the transitions, and how many tasks there are by queue,
 * name and stored status. All is written once, at the end of the step.
 */
final class Journal {
  /** How many transitions are kept, and how many more may stand before they are cut. */
  static final int KEPT = 4_096;

  private static final int CUT_EVERY = 1_024;

  private static final TypeReference<List<List<String>>> TRANSITIONS = new TypeReference<>() {};
  private static final TypeReference<List<String>> TOKENS = new TypeReference<>() {};

  private final Sql sql;
  private final Instant now;
  private final Map<Counter, Integer> counts = new HashMap<>();
  private final List<List<String>> transitions = new ArrayList<>();
  private final List<String> revoked = new ArrayList<>();
  private boolean somethingWaits;
  private final long first;
  private long last;

  private record Counter(String queue, String name, TaskStatus status) {}

  Journal(Sql sql, Instant now, Ends ends) {
    this.sql = sql;
    this.now = now;
    first = ends.firstChange();
    last = ends.lastChange();
  }

  void count(Stored task, TaskStatus stored, int difference) {
    count(task.queue(), task.name(), stored, difference);
  }

  void count(String queue, String name, TaskStatus stored, int difference) {
    counts.merge(new Counter(queue, name, stored), difference, Integer::sum);
  }

  /** Notes a transition. */
  void changed(TaskId id, String name, TaskStatus became) {
    transitions.add(List.of(id.toString(), name, became.name()));
    somethingWaits |= became == TaskStatus.PENDING;
  }

  /** Notes a claim that was taken away from a holder who does not know. */
  void revoked(ClaimToken token) {
    revoked.add(token.toString());
  }

  /** Writes all, and cuts old transitions now and then. */
  void flush() throws SQLException {
    for (Map.Entry<Counter, Integer> count : counts.entrySet()) {
      if (count.getValue() != 0) {
        sql.update(
            "INSERT INTO omniq_counter (queue, name, status, n) VALUES (?, ?, ?, ?)"
                + " ON CONFLICT (queue, name, status) DO UPDATE SET n = n + excluded.n",
            count.getKey().queue,
            count.getKey().name,
            count.getKey().status.name(),
            count.getValue());
      }
    }
    counts.clear();
    if (!transitions.isEmpty()) {
      tell();
    }
  }

  private void tell() throws SQLException {
    last += transitions.size();
    sql.update(
        "INSERT INTO omniq_change (last, at, waits, revoked, transitions) VALUES (?, ?, ?, ?, ?)",
        last,
        Times.toMicros(now),
        somethingWaits,
        revoked.isEmpty() ? null : StorageJson.mapper().writeValueAsString(revoked),
        StorageJson.mapper().writeValueAsString(transitions));
    if (last - first >= KEPT + CUT_EVERY) {
      sql.update("DELETE FROM omniq_change WHERE last <= ?", last - KEPT);
    }
    transitions.clear();
    revoked.clear();
    somethingWaits = false;
  }

  /** The transitions of a row, in their order. */
  static List<Change> read(long last, Instant at, String transitions) {
    List<List<String>> told = StorageJson.mapper().readValue(transitions, TRANSITIONS);
    List<Change> changes = new ArrayList<>(told.size());
    long position = last - told.size();
    for (List<String> each : told) {
      changes.add(
          new Change(
              ++position,
              at,
              TaskId.parse(each.get(0)),
              each.get(1),
              TaskStatus.valueOf(each.get(2))));
    }
    return changes;
  }

  /** The claims of a row that were taken away. */
  static List<ClaimToken> readRevoked(Optional<String> revoked) {
    return revoked
        .map(json -> StorageJson.mapper().readValue(json, TOKENS))
        .orElse(List.of())
        .stream()
        .map(Journal::token)
        .toList();
  }

  private static ClaimToken token(String text) {
    int slash = text.lastIndexOf('/');
    return new ClaimToken(text.substring(0, slash), Long.parseLong(text.substring(slash + 1)));
  }
}
