package dev.omniq.storage.sqlite;

import dev.omniq.task.ClaimToken;
import dev.omniq.task.TaskId;
import dev.omniq.task.TaskStatus;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What is told of the changes of one step: the transitions, and how many tasks there are by queue,
 * name and stored status. Counters are written once, at the end of the step.
 */
final class Journal {
  /** How many transitions are kept, and how many more may stand before they are cut. */
  static final int KEPT = 4_096;

  private static final int CUT_EVERY = 1_024;

  private final Sql sql;
  private final Map<Counter, Integer> counts = new HashMap<>();

  private record Counter(String queue, String name, TaskStatus status) {}

  Journal(Sql sql) {
    this.sql = sql;
  }

  void count(Row row, TaskStatus stored, int difference) {
    count(row.queue(), row.name(), stored, difference);
  }

  void count(String queue, String name, TaskStatus stored, int difference) {
    counts.merge(new Counter(queue, name, stored), difference, Integer::sum);
  }

  /**
   * Notes a transition.
   *
   * @param revoked the claim that was taken away by it from a holder who does not know
   */
  void changed(TaskId id, String name, TaskStatus became, long at, Optional<ClaimToken> revoked)
      throws SQLException {
    @Nullable String token = revoked.map(ClaimToken::toString).orElse(null);
    sql.update(
        "INSERT INTO omniq_change (at, id, name, status, revoked) VALUES (?, ?, ?, ?, ?)",
        at,
        id,
        name,
        became.name(),
        token);
  }

  /** Writes the counters, and cuts old transitions now and then. */
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
    long first = end("SELECT min(position) FROM omniq_change");
    long last = end("SELECT max(position) FROM omniq_change");
    if (last - first >= KEPT + CUT_EVERY) {
      sql.update("DELETE FROM omniq_change WHERE position <= ?", last - KEPT);
    }
  }

  private long end(String query) throws SQLException {
    return sql.first(query, row -> row.getLong(1)).orElse(0L);
  }
}
