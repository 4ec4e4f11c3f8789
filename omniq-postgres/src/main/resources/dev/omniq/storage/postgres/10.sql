-- Who holds a unique key, and which run carries a series, as functions whose plans depend on no
-- statistics: after a backlog, the planner thought that all that waits costs less to read than an
-- index which the backlog had left large. Only the index of keys has the order in which the first
-- asks, where a list of one queue stands for the queue, for a queue alone needs no order. The second
-- takes the index with the fewest entries: that of series that live.
CREATE FUNCTION {schema}.holder(of_queue text, of_key text) RETURNS uuid LANGUAGE plpgsql STABLE
SET plan_cache_mode = force_generic_plan SET jit = off
SET enable_seqscan = off SET enable_bitmapscan = off SET enable_sort = off
AS $$
BEGIN
  RETURN (
    SELECT t.id FROM {schema}.task t
    WHERE t.queue = ANY (ARRAY[of_queue]) AND t.unique_key = of_key AND t.status = 'PENDING'
    ORDER BY t.queue LIMIT 1);
END
$$;

CREATE FUNCTION {schema}.carrier(of_series uuid) RETURNS uuid LANGUAGE plpgsql STABLE
SET plan_cache_mode = force_generic_plan SET jit = off
SET enable_seqscan = off SET enable_bitmapscan = off SET enable_sort = off
SET random_page_cost = 0 SET seq_page_cost = 0
AS $$
BEGIN
  RETURN (
    SELECT t.id FROM {schema}.task t
    WHERE t.series_id = ANY (ARRAY[of_series]) AND t.status = 'PENDING' AND t.recurring
      AND NOT t.detached
    ORDER BY t.series_id LIMIT 1);
END
$$;
