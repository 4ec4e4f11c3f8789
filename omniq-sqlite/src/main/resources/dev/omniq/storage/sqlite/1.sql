-- Times are microseconds since the epoch. What stands in a column is said in docs/reference/sqlite.md.

-- One row for each task, for its whole life. The row's number is the order of insertion.
CREATE TABLE omniq_task (
  seq INTEGER PRIMARY KEY,
  id BLOB NOT NULL CHECK (length(id) = 16),
  name TEXT NOT NULL,
  queue TEXT NOT NULL,
  priority INTEGER NOT NULL,
  arguments TEXT NOT NULL,
  schedule TEXT,
  unique_key TEXT,
  retry_policy TEXT,
  timeout TEXT,
  labels TEXT,
  recurring INTEGER NOT NULL,
  series_id BLOB NOT NULL,
  run INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  planned_at INTEGER NOT NULL,
  status TEXT NOT NULL CHECK (status IN ('PENDING', 'SUCCESS', 'FAILED', 'CANCELLED')),
  revision INTEGER NOT NULL,
  due_at INTEGER NOT NULL,
  attempt INTEGER NOT NULL,
  losses INTEGER NOT NULL,
  started_at INTEGER,
  finished_at INTEGER,
  worker TEXT,
  errors TEXT,
  result TEXT,
  notes TEXT,
  detached INTEGER NOT NULL
);
CREATE UNIQUE INDEX omniq_task_id ON omniq_task (id);
-- At most one live task of a queue holds a key, and a series has at most one live run.
CREATE UNIQUE INDEX omniq_task_key ON omniq_task (queue, unique_key)
  WHERE status = 'PENDING' AND unique_key IS NOT NULL;
CREATE UNIQUE INDEX omniq_task_series ON omniq_task (series_id)
  WHERE status = 'PENDING' AND recurring = 1 AND detached = 0;
-- What retention looks for, so that it never walks over tasks that wait.
CREATE INDEX omniq_task_finished ON omniq_task (status, finished_at) WHERE status <> 'PENDING';
CREATE INDEX omniq_task_finished_id ON omniq_task (id) WHERE status <> 'PENDING';

-- Every combination that had a task: the lanes of the claim index.
CREATE TABLE omniq_lane (
  id INTEGER PRIMARY KEY,
  queue TEXT NOT NULL,
  name TEXT NOT NULL,
  priority INTEGER NOT NULL,
  suspect INTEGER NOT NULL,
  UNIQUE (queue, name, priority, suspect)
);

-- The tasks that wait; a claim deletes from it. The rank is the due time less the head start.
CREATE TABLE omniq_ready (
  lane INTEGER NOT NULL,
  rank INTEGER NOT NULL,
  seq INTEGER NOT NULL,
  PRIMARY KEY (lane, rank, seq)
) WITHOUT ROWID;

-- The claims that hold; a settlement deletes from it. The lease is in nanoseconds.
CREATE TABLE omniq_running (
  task INTEGER PRIMARY KEY,
  worker TEXT NOT NULL,
  sequence INTEGER NOT NULL,
  first INTEGER NOT NULL,
  started_at INTEGER NOT NULL,
  lease INTEGER NOT NULL,
  extensions INTEGER NOT NULL,
  notes TEXT
);
CREATE UNIQUE INDEX omniq_running_token ON omniq_running (worker, sequence);

CREATE TABLE omniq_worker (
  worker TEXT PRIMARY KEY,
  seen_at INTEGER NOT NULL,
  -- The first token of its last claim that gave something: an earlier one is a repetition.
  claimed INTEGER NOT NULL
) WITHOUT ROWID;

-- How many tasks there are, by the status in omniq_task.
CREATE TABLE omniq_counter (
  queue TEXT NOT NULL,
  name TEXT NOT NULL,
  status TEXT NOT NULL,
  n INTEGER NOT NULL,
  PRIMARY KEY (queue, name, status)
) WITHOUT ROWID;

-- The last few thousand transitions.
CREATE TABLE omniq_change (
  position INTEGER PRIMARY KEY,
  at INTEGER NOT NULL,
  id BLOB NOT NULL,
  name TEXT NOT NULL,
  status TEXT NOT NULL,
  revoked TEXT
);

-- The mark of a move, as JSON; no row or one.
CREATE TABLE omniq_move (
  only INTEGER PRIMARY KEY CHECK (only = 1),
  mark TEXT NOT NULL
);

-- For people: times that can be read, and the status that a task has.
CREATE VIEW omniq_tasks AS
SELECT
  lower(substr(hex(t.id), 1, 8) || '-' || substr(hex(t.id), 9, 4) || '-' || substr(hex(t.id), 13, 4)
    || '-' || substr(hex(t.id), 17, 4) || '-' || substr(hex(t.id), 21)) AS id,
  t.name,
  t.queue,
  t.priority,
  CASE WHEN t.status = 'PENDING' AND r.task IS NOT NULL THEN 'RUNNING' ELSE t.status END AS status,
  strftime('%Y-%m-%dT%H:%M:%fZ', t.due_at / 1e6, 'unixepoch') AS due_at,
  strftime('%Y-%m-%dT%H:%M:%fZ', coalesce(r.started_at, t.started_at) / 1e6, 'unixepoch') AS started_at,
  strftime('%Y-%m-%dT%H:%M:%fZ', t.finished_at / 1e6, 'unixepoch') AS finished_at,
  coalesce(r.worker, t.worker) AS worker,
  t.attempt + (t.status = 'PENDING' AND r.task IS NOT NULL) AS attempt,
  t.losses,
  t.schedule,
  t.unique_key,
  t.arguments,
  t.result,
  t.errors,
  t.labels
FROM omniq_task t
LEFT JOIN omniq_running r ON r.task = t.seq;
