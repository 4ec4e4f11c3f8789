package dev.omniq.storage.sqlite;

import dev.omniq.storage.Transition;
import dev.omniq.storage.Transition.Expected;
import dev.omniq.task.ClaimToken;
import dev.omniq.task.TaskId;
import dev.omniq.task.TaskStatus;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The tasks whose holders speak, read at once by their claims: as little of each as a settlement
 * needs. Each is given out once, for what is done with it changes it. Used by one thread, for one
 * step.
 */
final class HeldTasks {
  private static final String SELECT =
      "SELECT r.sequence, t.seq, t.id, t.lane, t.priority, t.revision"
          // The order of a CROSS JOIN stands: the claims first, then their tasks.
          + " FROM omniq_running r CROSS JOIN omniq_task t ON t.seq = r.task"
          + " WHERE r.worker = ? AND r.sequence IN (SELECT value FROM json_each(?))"
          + " AND t.status = 'PENDING'";

  private final Map<TaskId, Held> byId = new HashMap<>();

  private HeldTasks() {}

  /**
   * A claimed task.
   *
   * @param revision as it stands
   */
  record Held(
      ClaimToken token, long seq, TaskId id, String queue, String name, int priority, int revision)
      implements Stored {
    @Override
    public TaskStatus stored() {
      return TaskStatus.PENDING;
    }
  }

  /** The tasks of those transitions whose claims are there. */
  static HeldTasks read(Sql sql, Lanes lanes, List<Transition> transitions) throws SQLException {
    var held = new HeldTasks();
    for (Map.Entry<String, List<Long>> claims : claims(transitions).entrySet()) {
      String worker = claims.getKey();
      sql.list(SELECT, row -> held.add(worker, row, lanes), worker, claims.getValue().toString());
    }
    return held;
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

  /** The lane tells the queue and the name. */
  private boolean add(String worker, ResultSet row, Lanes lanes) throws SQLException {
    Optional<LaneKey> lane = lanes.key(row.getInt(4));
    if (lane.isPresent()) {
      TaskId id = Sql.id(row, 3);
      byId.put(
          id,
          new Held(
              new ClaimToken(worker, row.getLong(1)),
              row.getLong(2),
              id,
              lane.get().queue(),
              lane.get().name(),
              row.getInt(5),
              row.getInt(6) + 1));
    }
    return lane.isPresent();
  }

  /** The task of a transition by its holder, if it was read and nothing was done with it yet. */
  Optional<Held> take(Transition transition) {
    Held held = byId.remove(transition.id());
    return held != null
            && transition.expected() instanceof Expected.Holder holder
            && holder.token().equals(held.token)
        ? Optional.of(held)
        : Optional.empty();
  }
}
