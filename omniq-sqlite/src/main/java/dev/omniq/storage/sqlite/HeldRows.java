package dev.omniq.storage.sqlite;

import dev.omniq.storage.Transition;
import dev.omniq.storage.Transition.Expected;
import dev.omniq.task.ClaimToken;
import dev.omniq.task.TaskId;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The rows of tasks whose holders speak, read at once by their claims. Each is given out once, for
 * what is done with it changes it. Used by one thread, for one step.
 */
final class HeldRows {
  private final Map<TaskId, Row> rows;

  private HeldRows(Map<TaskId, Row> rows) {
    this.rows = rows;
  }

  /** The rows of those transitions whose claims are there. */
  static HeldRows read(Sql sql, List<Transition> transitions) throws SQLException {
    Map<TaskId, Row> rows = new HashMap<>();
    for (Map.Entry<String, List<Long>> claims : claims(transitions).entrySet()) {
      for (Row row : Row.held(sql, claims.getKey(), claims.getValue())) {
        rows.put(row.id(), row);
      }
    }
    return new HeldRows(rows);
  }

  /** The numbers of their claims by worker. */
  private static Map<String, List<Long>> claims(List<Transition> transitions) {
    Map<String, List<Long>> claims = new HashMap<>();
    if (transitions.size() > 1) {
      for (Transition transition : transitions) {
        if (transition.expected() instanceof Expected.Holder holder) {
          ClaimToken token = holder.token();
          claims.computeIfAbsent(token.worker(), worker -> new ArrayList<>()).add(token.sequence());
        }
      }
    }
    return claims;
  }

  /** The row of a task, if it was read and is as it was. */
  Optional<Row> take(TaskId id) {
    return Optional.ofNullable(rows.remove(id));
  }
}
