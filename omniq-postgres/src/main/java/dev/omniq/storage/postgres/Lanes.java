package dev.omniq.storage.postgres;

import dev.omniq.storage.jdbc.Transaction;
import java.sql.SQLException;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** The numbers of the lanes of the claim index; a lane that was once stored stays. Thread-safe. */
final class Lanes {
  private final Map<Key, Integer> known = new ConcurrentHashMap<>();

  /**
   * A lane: tasks among which the order is that of their due times.
   *
   * @param suspect whether they were lost with a worker before
   */
  record Key(String queue, String name, int priority, boolean suspect) {}

  /** Whether all of these can be used without a look at the database. */
  boolean know(Collection<Key> keys) {
    return known.keySet().containsAll(keys);
  }

  /** The numbers of lanes; those that are new are stored. */
  Map<Key, Integer> ids(Transaction transaction, Sql sql, Collection<Key> keys)
      throws SQLException {
    Map<Key, Integer> ids = new HashMap<>();
    Set<Key> unknown = new HashSet<>();
    for (Key key : keys) {
      Integer id = known.get(key);
      if (id == null) {
        unknown.add(key);
      } else {
        ids.put(key, id);
      }
    }
    if (!unknown.isEmpty()) {
      Map<Key, Integer> stored = store(sql, List.copyOf(unknown));
      ids.putAll(stored);
      transaction.afterCommit(() -> known.putAll(stored));
    }
    return ids;
  }

  private static Map<Key, Integer> store(Sql sql, List<Key> keys) throws SQLException {
    Object[] columns = {
      Sql.Column.of("text", keys, Key::queue),
      Sql.Column.of("text", keys, Key::name),
      Sql.Column.of("int2", keys, key -> (short) key.priority()),
      Sql.Column.of("bool", keys, Key::suspect)
    };
    sql.update(
        """
        INSERT INTO {schema}.lane (queue, name, priority, suspect)
        SELECT * FROM unnest(?, ?, ?, ?)
        ORDER BY 1, 2, 3, 4
        ON CONFLICT DO NOTHING
        """,
        columns);
    Map<Key, Integer> ids = new HashMap<>();
    sql.list(
        """
        SELECT l.id, l.queue, l.name, l.priority, l.suspect
        FROM {schema}.lane l
        JOIN unnest(?, ?, ?, ?) AS k (queue, name, priority, suspect)
          USING (queue, name, priority, suspect)
        """,
        row ->
            ids.put(
                new Key(row.getString(2), row.getString(3), row.getInt(4), row.getBoolean(5)),
                row.getInt(1)),
        columns);
    for (Key key : keys) {
      Objects.requireNonNull(ids.get(key), "a lane that was just stored");
    }
    return ids;
  }
}
