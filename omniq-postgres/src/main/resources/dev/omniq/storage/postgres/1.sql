-- Times are microseconds since the epoch, durations of leases nanoseconds.
-- What stands in a column is said in docs/reference/postgresql.md.

-- One row for each task, for its whole life: written when it is enqueued and when it ends.
CREATE TABLE {schema}.task (
  id uuid PRIMARY KEY,
  seq bigint NOT NULL,
  lane integer NOT NULL,
  name text NOT NULL,
  queue text NOT NULL,
  priority smallint NOT NULL,
  arguments text NOT NULL,
  schedule text,
  unique_key text,
  retry_policy text,
  timeout text,
  labels text,
  recurring boolean NOT NULL,
  series_id uuid NOT NULL,
  run integer NOT NULL,
  created_at bigint NOT NULL,
  planned_at bigint NOT NULL,
  status text NOT NULL CHECK (status IN ('PENDING', 'SUCCESS', 'FAILED', 'CANCELLED')),
  revision integer NOT NULL,
  due_at bigint NOT NULL,
  attempt integer NOT NULL,
  losses integer NOT NULL,
  started_at bigint,
  finished_at bigint,
  worker text,
  errors text,
  result text,
  notes text,
  detached boolean NOT NULL
) WITH (
  -- Every task is updated once: without this, a table of a million tasks would be vacuumed only
  -- after 200,000 updates, in one long go.
  autovacuum_vacuum_scale_factor = 0.02,
  autovacuum_vacuum_insert_scale_factor = 0.1,
  autovacuum_analyze_scale_factor = 0.05
);
CREATE SEQUENCE {schema}.task_seq CACHE 1 OWNED BY {schema}.task.seq;
-- At most one live task of a queue holds a key, and a series has at most one live run.
CREATE UNIQUE INDEX task_key ON {schema}.task (queue, unique_key)
  WHERE status = 'PENDING' AND unique_key IS NOT NULL;
CREATE UNIQUE INDEX task_series ON {schema}.task (series_id)
  WHERE status = 'PENDING' AND recurring AND NOT detached;
-- What retention looks for, so that it never walks over tasks that wait.
CREATE INDEX task_finished ON {schema}.task (status, finished_at) WHERE status <> 'PENDING';
CREATE INDEX task_finished_id ON {schema}.task (id) WHERE status <> 'PENDING';

-- Every combination that had a task: the lanes of the claim index.
CREATE TABLE {schema}.lane (
  id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  queue text NOT NULL,
  name text NOT NULL,
  priority smallint NOT NULL,
  suspect boolean NOT NULL,
  UNIQUE (queue, name, priority, suspect)
);

-- The tasks that wait; a claim deletes from it. The rank is the due time less the head start.
-- Rows are only inserted and deleted, so no room is left for updates; what is dead is in the way of
-- every claim that begins at the same end, so it is vacuumed early and without pauses.
CREATE TABLE {schema}.ready (
  lane integer NOT NULL,
  rank bigint NOT NULL,
  seq bigint NOT NULL,
  task uuid NOT NULL,
  PRIMARY KEY (lane, rank, seq)
) WITH (
  autovacuum_vacuum_scale_factor = 0.01,
  autovacuum_vacuum_threshold = 5000,
  autovacuum_vacuum_cost_delay = 0,
  autovacuum_analyze_scale_factor = 0.2
);

-- The claims that hold; a settlement deletes from it.
-- A renewal updates its row, and the next one fits beside it.
CREATE TABLE {schema}.running (
  task uuid PRIMARY KEY,
  worker text NOT NULL,
  sequence bigint NOT NULL,
  first bigint NOT NULL,
  started_at bigint NOT NULL,
  renewed_at bigint NOT NULL,
  lease bigint NOT NULL,
  extensions bigint NOT NULL,
  notes text
) WITH (
  fillfactor = 70,
  autovacuum_vacuum_scale_factor = 0,
  autovacuum_vacuum_threshold = 5000,
  autovacuum_vacuum_cost_delay = 0
);
CREATE UNIQUE INDEX running_token ON {schema}.running (worker, sequence);
CREATE INDEX running_lease ON {schema}.running ((renewed_at + lease));

CREATE TABLE {schema}.worker (
  worker text PRIMARY KEY,
  seen_at bigint NOT NULL,
  seen_clock bigint NOT NULL,
  -- The first token of its last claim that gave something: an earlier one is a repetition.
  claimed bigint NOT NULL
) WITH (fillfactor = 50, autovacuum_vacuum_threshold = 500, autovacuum_vacuum_scale_factor = 0);

-- How many tasks there are, by the status in task: the sum of n. Each change adds rows, which are
-- folded into one now and then, so that no two transactions wait for one row.
CREATE TABLE {schema}.counter (
  queue text NOT NULL,
  name text NOT NULL,
  status text NOT NULL,
  n bigint NOT NULL
) WITH (autovacuum_vacuum_threshold = 2000, autovacuum_vacuum_scale_factor = 0);

-- The last few thousand transitions, those of one statement in one row.
CREATE TABLE {schema}.change (
  last bigint PRIMARY KEY,
  at bigint NOT NULL,
  positions bigint[] NOT NULL,
  tasks uuid[] NOT NULL,
  names text[] NOT NULL,
  statuses text[] NOT NULL
) WITH (autovacuum_vacuum_threshold = 2000, autovacuum_vacuum_scale_factor = 0);
CREATE SEQUENCE {schema}.change_position CACHE 1 OWNED BY {schema}.change.last;

-- Up to where transitions are gone.
CREATE TABLE {schema}.pruned (position bigint NOT NULL) WITH (fillfactor = 50);
INSERT INTO {schema}.pruned VALUES (0);

-- The mark of a move, as JSON, and the calls that it refuses; no row or one.
CREATE TABLE {schema}.move (
  only_one boolean PRIMARY KEY DEFAULT true CHECK (only_one),
  mark text NOT NULL,
  refused text[] NOT NULL
);

-- Lets a writing statement in, unless a move refuses it. Who sets a mark waits for the lock, and so
-- for every transaction that was let in before; the function, being volatile, sees what was
-- committed until it has the lock itself.
CREATE FUNCTION {schema}.admit(call text) RETURNS boolean LANGUAGE plpgsql VOLATILE AS $$
DECLARE
  present text;
BEGIN
  PERFORM pg_advisory_xact_lock_shared(hashtextextended({schema_text}, 20261123));
  SELECT mark INTO present FROM {schema}.move WHERE call = ANY (refused);
  IF FOUND THEN
    RAISE EXCEPTION USING ERRCODE = 'OQ001', MESSAGE = 'refused because of a move', DETAIL = present;
  END IF;
  RETURN true;
END
$$;

-- For people: times that can be read, and the status that a task has.
CREATE VIEW {schema}.tasks AS
SELECT
  t.id,
  t.name,
  t.queue,
  t.priority,
  CASE WHEN t.status = 'PENDING' AND r.task IS NOT NULL THEN 'RUNNING' ELSE t.status END AS status,
  to_timestamp(t.due_at / 1e6) AS due_at,
  to_timestamp(coalesce(r.started_at, t.started_at) / 1e6) AS started_at,
  to_timestamp(t.finished_at / 1e6) AS finished_at,
  coalesce(r.worker, t.worker) AS worker,
  t.attempt + CASE WHEN t.status = 'PENDING' AND r.task IS NOT NULL THEN 1 ELSE 0 END AS attempt,
  t.losses,
  t.schedule,
  t.unique_key,
  t.series_id,
  t.run,
  t.arguments,
  t.result,
  t.errors,
  t.labels,
  to_timestamp(t.created_at / 1e6) AS created_at
FROM {schema}.task t
LEFT JOIN {schema}.running r ON r.task = t.id;
