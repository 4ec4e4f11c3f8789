-- The hot functions read their arrays by subscripts. unnest() of many arrays makes a store of tuples
-- for each of them, which it grows and gives back to the operating system at each call: that was
-- half of the processor time of a single insert, and much of that of a row in bulk.
-- An assignment evaluates an expression as it is; PERFORM runs a query for it.

CREATE OR REPLACE FUNCTION {schema}.admit(call text) RETURNS boolean LANGUAGE plpgsql VOLATILE AS $$
DECLARE
  present text;
  locked boolean;
BEGIN
  locked := pg_advisory_xact_lock_shared(hashtextextended({schema_text}, 20261123)) IS NOT NULL;
  SELECT mark INTO present FROM {schema}.move WHERE call = ANY (refused);
  IF FOUND THEN
    RAISE EXCEPTION USING ERRCODE = 'OQ001', MESSAGE = 'refused because of a move', DETAIL = present;
  END IF;
  RETURN true;
END
$$;

CREATE OR REPLACE FUNCTION {schema}.tell(
  told_at bigint, tasks uuid[], names text[], statuses text[])
RETURNS void LANGUAGE plpgsql
SET plan_cache_mode = force_generic_plan
AS $$
DECLARE
  count integer := cardinality(tasks);
  first bigint := nextval('{schema}.change_position');
  positions bigint[];
BEGIN
  IF count = 1 THEN
    INSERT INTO {schema}.change (last, at, tasks, names, statuses)
    VALUES (first, told_at, tasks, names, statuses);
    RETURN;
  END IF;
  positions := first || ARRAY(
    SELECT nextval('{schema}.change_position') FROM (SELECT generate_series(2, count)) AS each);
  INSERT INTO {schema}.change (last, at, positions, tasks, names, statuses)
  VALUES (positions[count], told_at,
    CASE WHEN positions[count] - positions[1] > count - 1 THEN positions END,
    tasks,
    CASE WHEN names[1] = ALL (names) THEN names[1:1] ELSE names END,
    CASE WHEN statuses[1] = ALL (statuses) THEN statuses[1:1] ELSE statuses END);
END
$$;

CREATE OR REPLACE FUNCTION {schema}.insert_tasks(
  given_now bigint, patience text, latest bigint,
  ids uuid[], lanes integer[], names text[], queues text[], priorities smallint[],
  all_arguments text[], schedules text[], unique_keys text[], retry_policies text[],
  timeouts text[], all_labels text[], are_recurring boolean[], series_ids uuid[], runs integer[],
  due_times bigint[], delays bigint[]
) RETURNS uuid[] LANGUAGE plpgsql
SET plan_cache_mode = force_generic_plan SET jit = off SET enable_seqscan = off
AS $$
DECLARE
  admitted boolean := {schema}.admit('INSERT');
  now bigint;
  wanted integer := cardinality(ids);
  created integer;
  seqs bigint[];
  lowest uuid;
  highest uuid;
BEGIN
  IF patience IS NOT NULL THEN
    patience := set_config('lock_timeout', patience, true);
  END IF;
  now := coalesce(given_now, (extract(epoch FROM clock_timestamp()) * 1000000)::bigint);
  IF wanted = 1 THEN
    seqs := ARRAY[nextval('{schema}.task_seq')];
  ELSE
    seqs := ARRAY(
      SELECT nextval('{schema}.task_seq') FROM (SELECT generate_series(1, wanted)) AS each);
  END IF;
  INSERT INTO {schema}.task (
    id, seq, lane, name, queue, priority, arguments, schedule, unique_key, retry_policy, timeout,
    labels, recurring, series_id, run, created_at, planned_at, status, revision, due_at, attempt,
    losses, detached)
  SELECT
    ids[i], seqs[i], lanes[i], names[i], queues[i], priorities[i], all_arguments[i], schedules[i],
    unique_keys[i], retry_policies[i], timeouts[i], all_labels[i],
    coalesce(are_recurring[i], false), coalesce(series_ids[i], ids[i]), coalesce(runs[i], 1), now,
    least(coalesce(due_times[i], now + delays[i], now), latest), 'PENDING', 1,
    least(coalesce(due_times[i], now + delays[i], now), latest), 0, 0, false
  FROM (SELECT generate_series(1, wanted) AS i) AS each
  ON CONFLICT DO NOTHING;
  GET DIAGNOSTICS created = ROW_COUNT;

  IF created < wanted THEN
    SELECT array_agg(t.id), array_agg(t.seq), array_agg(t.lane), array_agg(t.name),
      array_agg(t.queue), array_agg(t.priority), array_agg(t.due_at), NULL
    INTO ids, seqs, lanes, names, queues, priorities, due_times, delays
    FROM {schema}.task t WHERE t.id = ANY (ids) AND t.seq = ANY (seqs);
    IF created = 0 THEN
      RETURN '{}';
    END IF;
  END IF;
  lowest := {schema}.first_id(now / 1000 - 1000);
  highest := {schema}.first_id(now / 1000 + 1001);
  IF NOT (lowest <= ALL (ids) AND highest > ALL (ids)) THEN
    INSERT INTO {schema}.stray (created_at, task)
    SELECT now, i.id FROM unnest(ids) AS i (id) WHERE i.id < lowest OR i.id >= highest
    ON CONFLICT DO NOTHING; -- an older library deletes tasks, and leaves their strays
  END IF;
  INSERT INTO {schema}.ready (lane, rank, seq, task)
  SELECT lanes[i],
    least(coalesce(due_times[i], now + delays[i], now), latest) - priorities[i] * 60000000,
    seqs[i], ids[i]
  FROM (SELECT generate_series(1, created) AS i) AS each;
  IF names[1] = ALL (names) AND queues[1] = ALL (queues) THEN
    INSERT INTO {schema}.counter (queue, name, status, n)
    VALUES (queues[1], names[1], 'PENDING', created);
  ELSE
    INSERT INTO {schema}.counter (queue, name, status, n)
    SELECT i.queue, i.name, 'PENDING', count(*) FROM unnest(queues, names) AS i (queue, name)
    GROUP BY i.queue, i.name;
  END IF;
  PERFORM {schema}.tell(now, ids, names, '{PENDING}');
  RETURN CASE WHEN created < wanted THEN ids END;
END
$$;

-- The lanes are merged. No lane has more to give than its queue may take, and at first a lane is read
-- no further than so many rows that all together are about twice what is asked for; what comes after
-- the end of a lane that was cut off there is not safe to take, since that lane may have earlier
-- tasks: if that leaves too few, the lanes are read twice as far. A claim need not survive loss of
-- power, so its commit waits for no sync. The row of a task stays as it is.
CREATE OR REPLACE FUNCTION {schema}.claim_tasks(
  given_now bigint, given_clock bigint,
  of_worker text, request_first bigint,
  queues text[], queue_limits integer[], names text[], suspects integer, at_most integer,
  lease_nanos bigint
) RETURNS TABLE (task {schema}.task, token bigint, started bigint) LANGUAGE plpgsql
SET plan_cache_mode = force_generic_plan SET jit = off
SET enable_seqscan = off SET enable_bitmapscan = off SET enable_nestloop = off
SET enable_mergejoin = off
AS $$
DECLARE
  admitted boolean := {schema}.admit('CLAIM');
  unsynced text := set_config('synchronous_commit', 'off', true);
  now bigint := coalesce(given_now, (extract(epoch FROM clock_timestamp()) * 1000000)::bigint);
  clock bigint := coalesce(given_clock, now * 1000);
  places tid[];
  chosen uuid[];
  chosen_names text[];
  read_at_most bigint := 2 * at_most::bigint;
  cut boolean := true;
BEGIN
  IF EXISTS (
    SELECT FROM {schema}.worker w WHERE w.worker = of_worker AND w.claimed >= request_first)
  THEN
    cut := false;
  END IF;
  WHILE cut AND coalesce(cardinality(chosen), 0) < at_most LOOP
    WITH due_lane AS MATERIALIZED (
      SELECT l.id, l.name, l.queue, l.suspect, now - l.priority * 60000000 AS latest,
        CASE WHEN l.suspect THEN suspects ELSE least(q.most, at_most) END AS useful,
        count(*) OVER () AS lanes
      FROM {schema}.lane l JOIN (
        SELECT queues[i] AS queue, queue_limits[i] AS most
        FROM (SELECT generate_series(1, cardinality(queues)) AS i) AS each) AS q
        ON q.queue = l.queue
      WHERE l.name = ANY (names) AND CASE WHEN l.suspect THEN suspects > 0 ELSE q.most > 0 END
        AND now - l.priority * 60000000 >= (
          SELECT r.rank FROM {schema}.ready r WHERE r.lane = l.id ORDER BY r.rank LIMIT 1)
    ),
    candidate AS MATERIALIZED (
      SELECT l.name, l.queue, l.suspect, r.place, r.rank, r.seq, r.task,
        row_number() OVER (PARTITION BY l.id ORDER BY r.rank, r.seq) AS nth_of_lane, r.most,
        l.useful
      FROM (
        SELECT d.*, CASE
          WHEN d.suspect THEN d.useful
          ELSE least(d.useful, (read_at_most + d.lanes - 1) / d.lanes) END AS most
        FROM due_lane d) AS l,
      LATERAL (
        SELECT r.ctid AS place, r.rank, r.seq, r.task, l.most
        FROM {schema}.ready r
        WHERE r.lane = l.id AND r.rank <= l.latest
        ORDER BY r.rank, r.seq
        LIMIT l.most
        FOR UPDATE SKIP LOCKED) AS r
    ),
    horizon AS MATERIALIZED (
      SELECT c.rank, c.seq FROM candidate c
      WHERE c.nth_of_lane = c.most AND c.most < c.useful
      ORDER BY c.rank, c.seq LIMIT 1
    ),
    considered_task AS MATERIALIZED (
      SELECT c.*, row_number() OVER (PARTITION BY c.queue ORDER BY c.rank, c.seq) AS nth_of_queue
      FROM (
        SELECT s.*, row_number() OVER (PARTITION BY s.suspect ORDER BY s.rank, s.seq) AS nth_of_kind
        FROM candidate s) AS c
      WHERE (NOT c.suspect OR c.nth_of_kind <= suspects)
        AND ((c.rank, c.seq) > (
          (SELECT h.rank FROM horizon h), (SELECT h.seq FROM horizon h))) IS NOT TRUE
    ),
    taken AS (
      SELECT c.place, c.task, c.name, c.rank, c.seq
      FROM considered_task c JOIN (
        SELECT queues[i] AS queue, queue_limits[i] AS most
        FROM (SELECT generate_series(1, cardinality(queues)) AS i) AS each) AS q
        ON q.queue = c.queue
      WHERE c.nth_of_queue <= q.most
      ORDER BY c.rank, c.seq
      LIMIT at_most
    )
    SELECT array_agg(t.place ORDER BY t.rank, t.seq), array_agg(t.task ORDER BY t.rank, t.seq),
      array_agg(t.name ORDER BY t.rank, t.seq), EXISTS (SELECT FROM horizon)
    INTO places, chosen, chosen_names, cut
    FROM taken t;
    read_at_most := 2 * read_at_most;
  END LOOP;

  INSERT INTO {schema}.worker AS w (worker, seen_at, seen_clock, claimed)
  VALUES (of_worker, now, clock,
    CASE WHEN chosen IS NULL THEN -9223372036854775808 ELSE request_first END)
  ON CONFLICT (worker) DO UPDATE SET seen_at = excluded.seen_at, seen_clock = excluded.seen_clock,
    claimed = greatest(w.claimed, excluded.claimed);
  IF chosen IS NULL THEN
    RETURN;
  END IF;

  DELETE FROM {schema}.ready r WHERE r.ctid = ANY (places);
  INSERT INTO {schema}.running (
    task, worker, sequence, first, started_at, renewed_at, lease, extensions)
  SELECT chosen[i], of_worker, request_first + i - 1, request_first, now, clock, lease_nanos, 0
  FROM (SELECT generate_series(1, cardinality(chosen)) AS i) AS each;
  PERFORM {schema}.tell(now, chosen, chosen_names, '{RUNNING}');
  RETURN QUERY
  SELECT t, request_first + c.nth - 1, now
  FROM {schema}.task t JOIN (
    SELECT chosen[i] AS id, i AS nth
    FROM (SELECT generate_series(1, cardinality(chosen)) AS i) AS each) AS c ON c.id = t.id
  WHERE t.id = ANY (chosen);
END
$$;

-- The row of the claim is the fence: whoever deletes it may change the task. A task that somebody
-- else's transaction has settled keeps what that has made of it.
CREATE OR REPLACE FUNCTION {schema}.settle_tasks(
  given_now bigint, patience text,
  ids uuid[], holders text[], sequences bigint[], all_extensions bigint[], statuses text[],
  due_times bigint[], attempts integer[], all_losses integer[], start_times bigint[],
  finish_times bigint[], workers text[], all_errors text[], results text[], all_notes text[],
  are_detached boolean[], suspect_lanes integer[]
) RETURNS uuid[] LANGUAGE plpgsql
SET plan_cache_mode = force_generic_plan SET jit = off
SET enable_seqscan = off SET enable_nestloop = off SET enable_mergejoin = off
AS $$
DECLARE
  admitted boolean := {schema}.admit('APPLY');
  now bigint := coalesce(given_now, (extract(epoch FROM clock_timestamp()) * 1000000)::bigint);
  held uuid[];
  settled uuid[];
  settled_names text[];
  settled_statuses text[];
BEGIN
  patience := set_config('lock_timeout', patience, true);
  WITH gone AS (
    DELETE FROM {schema}.running r
    USING (
      SELECT ids[i] AS id, holders[i] AS holder, sequences[i] AS sequence,
        all_extensions[i] AS extensions
      FROM (SELECT generate_series(1, cardinality(ids)) AS i) AS each) AS i
    WHERE r.task = ANY (ids) AND r.task = i.id AND r.worker = i.holder AND r.sequence = i.sequence
      AND (i.extensions IS NULL OR r.extensions = i.extensions)
    RETURNING r.task
  )
  SELECT array_agg(g.task) INTO held FROM gone g;
  IF held IS NULL THEN
    RETURN '{}';
  END IF;
  WITH done AS (
    UPDATE {schema}.task t
    SET revision = t.revision + 2, status = i.status, due_at = i.due_at, attempt = i.attempt,
      losses = i.losses, started_at = i.started_at, finished_at = i.finished_at,
      worker = i.worker, errors = i.errors, result = i.result, notes = i.notes,
      detached = i.detached,
      lane = coalesce(CASE WHEN i.losses > 0 THEN i.suspect_lane END, t.lane)
    FROM (
      SELECT i AS place, ids[i] AS id, statuses[i] AS status, due_times[i] AS due_at,
        attempts[i] AS attempt, all_losses[i] AS losses, start_times[i] AS started_at,
        finish_times[i] AS finished_at, workers[i] AS worker, all_errors[i] AS errors,
        results[i] AS result, all_notes[i] AS notes, are_detached[i] AS detached,
        suspect_lanes[i] AS suspect_lane
      FROM (SELECT generate_series(1, cardinality(ids)) AS i) AS each) AS i
    WHERE t.id = ANY (held) AND t.id = i.id AND t.status = 'PENDING'
    RETURNING t.id, t.seq, t.lane, t.status, t.due_at, t.priority, t.queue, t.name, i.place
  ),
  waiting AS (
    INSERT INTO {schema}.ready (lane, rank, seq, task)
    SELECT d.lane, d.due_at - d.priority * 60000000, d.seq, d.id FROM done d
    WHERE d.status = 'PENDING'
  ),
  counted AS (
    INSERT INTO {schema}.counter (queue, name, status, n)
    SELECT d.queue, d.name, 'PENDING', -count(*) FROM done d
    WHERE d.status <> 'PENDING' GROUP BY d.queue, d.name
    UNION ALL
    SELECT d.queue, d.name, d.status, count(*) FROM done d
    WHERE d.status <> 'PENDING' GROUP BY d.queue, d.name, d.status
  )
  SELECT array_agg(d.id ORDER BY d.place), array_agg(d.name ORDER BY d.place),
    array_agg(d.status ORDER BY d.place)
  INTO settled, settled_names, settled_statuses FROM done d;
  IF settled IS NULL THEN
    RETURN '{}';
  END IF;
  PERFORM {schema}.tell(now, settled, settled_names, settled_statuses);
  RETURN settled;
END
$$;
