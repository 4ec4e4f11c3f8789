-- When the next task of some queues and names is due, beside the present and what is left of the
-- first lease, in nanoseconds: as a function, since to plan it costs ten times as much as to run it.

CREATE FUNCTION {schema}.next_due(
  given_now bigint, given_clock bigint, queues text[], names text[], with_suspects boolean
) RETURNS TABLE (present bigint, due_at bigint, lease_left bigint) LANGUAGE plpgsql
SET plan_cache_mode = force_generic_plan SET jit = off
SET enable_seqscan = off SET enable_bitmapscan = off
AS $$
BEGIN
  present := coalesce(given_now, (extract(epoch FROM clock_timestamp()) * 1000000)::bigint);
  SELECT min(head.rank + l.priority * 60000000) INTO due_at
  FROM {schema}.lane l,
    LATERAL (
      SELECT r.rank FROM {schema}.ready r WHERE r.lane = l.id ORDER BY r.rank LIMIT 1) AS head
  WHERE l.queue = ANY (queues) AND l.name = ANY (names) AND (with_suspects OR NOT l.suspect);
  SELECT min(r.renewed_at + r.lease) - coalesce(given_clock, present * 1000) INTO lease_left
  FROM {schema}.running r;
  RETURN NEXT;
END
$$;

-- Adds up what was counted, and forgets old changes and silent workers. None of it is lost work: a
-- transaction that does nothing else need not wait for a sync.
CREATE FUNCTION {schema}.fold(
  given_clock bigint, changes_kept bigint, silence_nanos bigint, unsynced boolean
) RETURNS void LANGUAGE plpgsql
SET plan_cache_mode = force_generic_plan SET jit = off
AS $$
DECLARE
  clock bigint := coalesce(
    given_clock, (extract(epoch FROM clock_timestamp()) * 1000000)::bigint * 1000);
BEGIN
  IF unsynced THEN
    PERFORM set_config('synchronous_commit', 'off', true);
  END IF;
  WITH gone AS (
    DELETE FROM {schema}.counter WHERE ctid = ANY (ARRAY(
      SELECT ctid FROM {schema}.counter LIMIT 100000 FOR UPDATE SKIP LOCKED))
    RETURNING queue, name, status, n
  )
  INSERT INTO {schema}.counter (queue, name, status, n)
  SELECT g.queue, g.name, g.status, sum(g.n) FROM gone g
  GROUP BY g.queue, g.name, g.status HAVING sum(g.n) <> 0;
  WITH gone AS (
    DELETE FROM {schema}.change c
    WHERE c.last <= (SELECT max(last) FROM {schema}.change) - changes_kept
    RETURNING c.last
  )
  UPDATE {schema}.pruned SET position = g.last
  FROM (SELECT max(last) AS last FROM gone) AS g
  WHERE g.last > position;
  DELETE FROM {schema}.worker w
  WHERE clock - w.seen_clock > silence_nanos
    AND NOT EXISTS (SELECT FROM {schema}.running r WHERE r.worker = w.worker);
END
$$;
