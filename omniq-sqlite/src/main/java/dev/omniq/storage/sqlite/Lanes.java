package dev.omniq.storage.sqlite;

import dev.omniq.storage.ClaimRequest;
import dev.omniq.storage.jdbc.Transaction;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** The lanes that exist; a lane that was once stored stays. Thread-safe. */
final class Lanes {
  private final Map<LaneKey, Integer> known = new ConcurrentHashMap<>();
  private final Map<Integer, LaneKey> keys = new ConcurrentHashMap<>();

  /** A lane and its number. */
  record Lane(int id, LaneKey key) {}

  /** The number of a lane, which is stored if it is new. */
  int id(Transaction transaction, Sql sql, LaneKey key) throws SQLException {
    Integer id = known.get(key);
    if (id != null) {
      return id;
    }
    sql.update(
        "INSERT INTO omniq_lane (queue, name, priority, suspect) VALUES (?, ?, ?, ?)"
            + " ON CONFLICT DO NOTHING",
        key.queue(),
        key.name(),
        key.priority(),
        key.suspect());
    int stored =
        sql.first(
                "SELECT id FROM omniq_lane"
                    + " WHERE queue = ? AND name = ? AND priority = ? AND suspect = ?",
                row -> row.getInt(1),
                key.queue(),
                key.name(),
                key.priority(),
                key.suspect())
            .orElseThrow();
    transaction.afterCommit(() -> known.put(key, stored));
    return stored;
  }

  /** The lanes whose tasks a request may take. */
  List<Lane> of(Transaction transaction, Sql sql, ClaimRequest request) throws SQLException {
    List<Lane> all = all(sql);
    // The number of one that this transaction has stored may go to another after a rollback.
    transaction.afterCommit(() -> all.forEach(lane -> keys.put(lane.id(), lane.key())));
    List<Lane> lanes = new ArrayList<>();
    for (Lane lane : all) {
      LaneKey key = lane.key();
      if (request.names().contains(key.name())
          && limit(request, key.queue()) > 0
          && (!key.suspect() || request.suspects() > 0)) {
        lanes.add(lane);
      }
    }
    return lanes;
  }

  /** The lane with a number, if a request was made and committed since it is there. */
  Optional<LaneKey> key(int id) {
    return Optional.ofNullable(keys.get(id));
  }

  /** How many tasks of a queue a request may take. */
  static int limit(ClaimRequest request, String queue) {
    int limit = 0;
    for (ClaimRequest.QueueLimit each : request.queues()) {
      limit += each.queue().equals(queue) ? each.limit() : 0;
    }
    return limit;
  }

  /** All lanes. */
  static List<Lane> all(Sql sql) throws SQLException {
    return sql.list(
        "SELECT id, queue, name, priority, suspect FROM omniq_lane ORDER BY id", Lanes::read);
  }

  private static Lane read(ResultSet row) throws SQLException {
    return new Lane(
        row.getInt(1),
        new LaneKey(row.getString(2), row.getString(3), row.getInt(4), row.getBoolean(5)));
  }

  /** The rank at which the first task of a lane waits. */
  static Optional<Long> firstRank(Sql sql, Lane lane) throws SQLException {
    return sql.first(
        "SELECT rank FROM omniq_ready WHERE lane = ? ORDER BY rank LIMIT 1",
        row -> row.getLong(1),
        lane.id());
  }
}
