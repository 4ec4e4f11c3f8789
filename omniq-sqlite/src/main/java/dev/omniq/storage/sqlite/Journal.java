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
 *
 * <p>A small step leaves its counts in the row of its transitions, which is one page less to write.
 * Now and then they are added to the counters.
 */
final class Journal {
  /** How many transitions are kept, and how many more may stand before they are cut. */
  static final int KEPT = 4_096;

  private static final int CUT_EVERY = 1_024;

  /** A step of more transitions, or of none, adds to the counters itself. */
  private static final int SMALL = 16;

  /** Behind so many transitions, what was left in rows is added to the counters. */
  static final int ADD_EVERY = 128;

  private static final String ADD =
      "INSERT INTO omniq_counter (queue, name, status, n) %s"
          + " ON CONFLICT (queue, name, status) DO UPDATE SET n = n + excluded.n";

  private static final String ADD_ONE = ADD.formatted("VALUES (?, ?, ?, ?)");

  private static final String ADD_WHAT_WAS_LEFT =
      ADD.formatted(
          "SELECT queue, name, status, sum(n) FROM omniq_uncounted WHERE true"
              + " GROUP BY queue, name, status");

  private static final TypeReference<List<List<String>>> TRANSITIONS = new TypeReference<>() {};
  private static final TypeReference<List<String>> TOKENS = new TypeReference<>() {};

  private final Sql sql;
  private final Instant now;
  private final Map<Counter, Integer> counts = new HashMap<>();
  private final List<List<String>> transitions = new ArrayList<>();
  private final List<String> revoked = new ArrayList<>();
  private boolean somethingWaits;
  private final long first;
  private long counted;
  private long last;

  private record Counter(String queue, String name, TaskStatus status) {
    List<Object> with(int difference) {
      return List.of(queue, name, status.name(), difference);
    }
  }

  Journal(Sql sql, Instant now, Ends ends) {
    this.sql = sql;
    this.now = now;
    first = ends.firstChange();
    counted = ends.counted();
    last = Math.max(ends.lastChange(), counted); // who cuts all rows must not turn positions back
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
    List<List<Object>> differences =
        counts.entrySet().stream()
            .filter(count -> count.getValue() != 0)
            .map(count -> count.getKey().with(count.getValue()))
            .toList();
    counts.clear();
    boolean small = !transitions.isEmpty() && transitions.size() <= SMALL;
    if (!small) {
      for (List<Object> difference : differences) {
        sql.update(ADD_ONE, difference.toArray());
      }
    }
    if (!transitions.isEmpty()) {
      tell(small ? differences : List.of());
      if (small && last - counted >= ADD_EVERY) {
        addWhatWasLeft();
      }
      cut();
    }
  }

  private void tell(List<List<Object>> left) throws SQLException {
    last += transitions.size();
    sql.update(
        "INSERT INTO omniq_change (last, at, waits, counts, revoked, transitions)"
            + " VALUES (?, ?, ?, ?, ?, ?)",
        last,
        Times.toMicros(now),
        somethingWaits,
        left.isEmpty() ? null : StorageJson.mapper().writeValueAsString(left),
        revoked.isEmpty() ? null : StorageJson.mapper().writeValueAsString(revoked),
        StorageJson.mapper().writeValueAsString(transitions));
    transitions.clear();
    revoked.clear();
    somethingWaits = false;
  }

  private void addWhatWasLeft() throws SQLException {
    sql.update(ADD_WHAT_WAS_LEFT);
    sql.update("UPDATE omniq_counted SET last = ?", last);
    counted = last;
  }

  private void cut() throws SQLException {
    if (last - first >= KEPT + CUT_EVERY) {
      sql.update("DELETE FROM omniq_change WHERE last <= ?", last - KEPT);
    }
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
