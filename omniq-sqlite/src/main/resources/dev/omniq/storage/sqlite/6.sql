-- A small step leaves what it counts in its row of transitions, as a JSON array of [queue, name,
-- status, difference]: one page less to write. Now and then what stands there is added to
-- omniq_counter, and omniq_counted says up to which row. (No ->> here: a tool that does not know it
-- could read nothing of the file, nor the program's own tables.)
CREATE TABLE omniq_step (
  last INTEGER PRIMARY KEY,
  at INTEGER NOT NULL,
  waits INTEGER NOT NULL,
  counts TEXT,
  revoked TEXT,
  transitions TEXT NOT NULL
);
INSERT INTO omniq_step (last, at, waits, revoked, transitions)
SELECT last, at, waits, revoked, transitions FROM omniq_change;
DROP TABLE omniq_change;
ALTER TABLE omniq_step RENAME TO omniq_change;
CREATE TABLE omniq_counted (last INTEGER NOT NULL);
INSERT INTO omniq_counted SELECT coalesce(max(last), 0) FROM omniq_change;

-- What is not in omniq_counter yet.
CREATE VIEW omniq_uncounted AS
SELECT json_extract(e.value, '$[0]') AS queue, json_extract(e.value, '$[1]') AS name,
  json_extract(e.value, '$[2]') AS status, json_extract(e.value, '$[3]') AS n
FROM omniq_change c, json_each(c.counts) e
WHERE c.last > (SELECT last FROM omniq_counted);

-- How many tasks there are, by the status in omniq_task.
CREATE VIEW omniq_count AS
SELECT queue, name, status, sum(n) AS n
FROM (SELECT * FROM omniq_counter UNION ALL SELECT * FROM omniq_uncounted)
GROUP BY queue, name, status;

-- No row goes before it was counted: whoever cuts old rows, such as a process with an older library
-- that has the file open, need not know of this.
CREATE TRIGGER omniq_change_goes BEFORE DELETE ON omniq_change
WHEN OLD.counts IS NOT NULL AND OLD.last > (SELECT last FROM omniq_counted) BEGIN
  INSERT INTO omniq_counter (queue, name, status, n)
  SELECT json_extract(value, '$[0]'), json_extract(value, '$[1]'), json_extract(value, '$[2]'),
    json_extract(value, '$[3]')
  FROM json_each(OLD.counts) WHERE true
  ON CONFLICT (queue, name, status) DO UPDATE SET n = n + excluded.n;
END;
