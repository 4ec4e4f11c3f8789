-- The last few thousand transitions, those of one step in one row, as a JSON array of [id, name,
-- status]: their positions are consecutive and end with the row's. Beside them stands what other
-- processes look for: whether a task waits now, and a JSON array of the claims that were taken away.
CREATE TABLE omniq_step (
  last INTEGER PRIMARY KEY,
  at INTEGER NOT NULL,
  waits INTEGER NOT NULL,
  revoked TEXT,
  transitions TEXT NOT NULL
);
-- Who follows them goes on behind the last one.
INSERT INTO omniq_step (last, at, waits, transitions)
SELECT position, at, 1, '[]' FROM omniq_change ORDER BY position DESC LIMIT 1;
DROP TABLE omniq_change;
ALTER TABLE omniq_step RENAME TO omniq_change;
