package dev.omniq.storage.sqlite;

import dev.omniq.storage.MoveMark;
import dev.omniq.storage.json.StorageJson;
import java.sql.SQLException;
import java.util.Optional;

/**
 * What a step has to know before it writes, read at once. Nobody else writes until it commits.
 *
 * @param mark that of a move
 * @param lastSeq the number of the last task
 * @param firstChange the position that the oldest row of transitions ends with
 * @param lastChange that of the newest one
 * @param counted that of the last one whose counts were added to the counters
 */
record Ends(
    Optional<MoveMark> mark, long lastSeq, long firstChange, long lastChange, long counted) {

  static Ends read(Sql sql) throws SQLException {
    return sql.first(
            "SELECT (SELECT mark FROM omniq_move), (SELECT max(seq) FROM omniq_task),"
                + " (SELECT min(last) FROM omniq_change), (SELECT max(last) FROM omniq_change),"
                + " (SELECT last FROM omniq_counted)",
            row ->
                new Ends(
                    Optional.ofNullable(row.getString(1)).map(Ends::mark),
                    row.getLong(2),
                    row.getLong(3),
                    row.getLong(4),
                    row.getLong(5)))
        .orElseThrow();
  }

  static MoveMark mark(String json) {
    return StorageJson.mapper().readValue(json, MoveMark.class);
  }
}
