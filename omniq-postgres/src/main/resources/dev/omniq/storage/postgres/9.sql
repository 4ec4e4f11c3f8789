-- An index by token made each task pay twice. Who looked for claims by it looks by their tasks now, or
-- reads all claims, which is rare.
DROP INDEX {schema}.running_token;

-- A single row has one plan; to set and take back what plans depend on was a thirtieth of its time.
ALTER FUNCTION {schema}.insert_task RESET ALL;

-- As before, but that a claim which is asked for again, while the first time is still under way, is
-- refused by the row of its worker, on which it waits: the index did that, if both found tasks. Then it
-- is asked for once more, and what the first has taken is found.
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
  repeated boolean := EXISTS (
    SELECT FROM {schema}.worker w WHERE w.worker = of_worker AND w.claimed >= request_first);
  cut boolean := NOT repeated;
BEGIN
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
    claimed = greatest(w.claimed, excluded.claimed)
  WHERE repeated OR w.claimed < request_first;
  IF NOT FOUND THEN
    RAISE unique_violation USING MESSAGE = 'the same claim was made at the same time';
  ELSIF chosen IS NULL THEN
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
