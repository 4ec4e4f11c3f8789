-- Who holds a unique key, and which run carries a series, as functions whose plans depend on no
-- statistics: after a backlog, the planner thought that all that waits costs less to read than an
-- index which the backlog had left large. Each asks for an order, and must not sort. No column of
-- these has nulls; that they come first tells the two indexes from all others. A list of one value
-- stands for the value, for a value alone needs no order.
CREATE UNIQUE INDEX task_key_10 ON {schema}.task (queue NULLS FIRST, unique_key)
  WHERE status = 'PENDING' AND unique_key IS NOT NULL;
CREATE UNIQUE INDEX task_series_10 ON {schema}.task (series_id NULLS FIRST)
  WHERE status = 'PENDING' AND recurring AND NOT detached;
DROP INDEX {schema}.task_key;
DROP INDEX {schema}.task_series;
ALTER INDEX {schema}.task_key_10 RENAME TO task_key;
ALTER INDEX {schema}.task_series_10 RENAME TO task_series;

-- With a limit, for a transaction that reads repeatably sees its own beside one that has ended
-- meanwhile.
CREATE FUNCTION {schema}.holder(of_queue text, of_key text) RETURNS uuid
LANGUAGE plpgsql STABLE STRICT
SET plan_cache_mode = force_generic_plan SET jit = off SET enable_indexscan = on
SET enable_seqscan = off SET enable_bitmapscan = off SET enable_sort = off
AS $$
BEGIN
  RETURN (
    SELECT t.id FROM {schema}.task t
    WHERE t.queue = ANY (ARRAY[of_queue]) AND t.unique_key = of_key AND t.status = 'PENDING'
    ORDER BY t.queue NULLS FIRST LIMIT 1);
END
$$;

CREATE FUNCTION {schema}.carrier(of_series uuid) RETURNS uuid
LANGUAGE plpgsql STABLE STRICT
SET plan_cache_mode = force_generic_plan SET jit = off SET enable_indexscan = on
SET enable_seqscan = off SET enable_bitmapscan = off SET enable_sort = off
AS $$
BEGIN
  RETURN (
    SELECT t.id FROM {schema}.task t
    WHERE t.series_id = ANY (ARRAY[of_series]) AND t.status = 'PENDING' AND t.recurring
      AND NOT t.detached
    ORDER BY t.series_id NULLS FIRST LIMIT 1);
END
$$;
