-- The ids of a thousand tasks are random for the most part: to try to compress them was most of
-- what a row of transitions cost.
ALTER TABLE {schema}.change ALTER COLUMN tasks SET STORAGE EXTERNAL;

-- A task that comes alone: scalars cost less than arrays of one. Whether it was stored.
CREATE FUNCTION {schema}.insert_task(
  given_now bigint, patience text, latest bigint,
  id uuid, lane integer, name text, queue text, priority integer,
  arguments text, schedule text, unique_key text, retry_policy text,
  timeout text, labels text, recurring boolean, series_id uuid, run integer,
  due_time bigint, delay bigint
) RETURNS boolean LANGUAGE plpgsql
SET plan_cache_mode = force_generic_plan SET jit = off SET enable_seqscan = off
AS $$
DECLARE
  admitted boolean := {schema}.admit('INSERT');
  now bigint;
  due bigint;
  seq bigint := nextval('{schema}.task_seq');
BEGIN
  IF patience IS NOT NULL THEN
    patience := set_config('lock_timeout', patience, true);
  END IF;
  now := coalesce(given_now, (extract(epoch FROM clock_timestamp()) * 1000000)::bigint);
  due := least(coalesce(due_time, now + delay, now), latest);
  INSERT INTO {schema}.task (
    id, seq, lane, name, queue, priority, arguments, schedule, unique_key, retry_policy, timeout,
    labels, recurring, series_id, run, created_at, planned_at, status, revision, due_at, attempt,
    losses, detached)
  VALUES (
    id, seq, lane, name, queue, priority, arguments, schedule, unique_key, retry_policy, timeout,
    labels, coalesce(recurring, false), coalesce(series_id, id), coalesce(run, 1), now, due,
    'PENDING', 1, due, 0, 0, false)
  ON CONFLICT DO NOTHING;
  IF NOT FOUND THEN
    RETURN false;
  END IF;
  IF {schema}.is_stray(id, now) THEN
    INSERT INTO {schema}.stray (created_at, task) VALUES (now, id)
    ON CONFLICT DO NOTHING; -- an older library deletes tasks, and leaves their strays
  END IF;
  INSERT INTO {schema}.ready (lane, rank, seq, task)
  VALUES (lane, due - priority * 60000000, seq, id);
  INSERT INTO {schema}.counter (queue, name, status, n) VALUES (queue, name, 'PENDING', 1);
  INSERT INTO {schema}.change (last, at, tasks, names, statuses)
  VALUES (nextval('{schema}.change_position'), now, ARRAY[id], ARRAY[name], '{PENDING}');
  RETURN true;
END
$$;

-- ON CONFLICT asks of each row first, which is a seventh of the whole, and usually nothing is in the
-- way. So tasks without a key and a series, which only a repeated call can have stored before, are
-- stored without that question, and with it if something was in the way. Not in a user's transaction
-- (which brings no patience): each of its calls would leave a subtransaction in it, and many of those
-- in one transaction slow all others down.
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
  careful boolean := patience IS NULL OR unique_keys IS NOT NULL OR are_recurring IS NOT NULL;
  created integer;
  seqs bigint[];
  lowest uuid;
  highest uuid;
BEGIN
  IF patience IS NOT NULL THEN
    patience := set_config('lock_timeout', patience, true);
  END IF;
  now := coalesce(given_now, (extract(epoch FROM clock_timestamp()) * 1000000)::bigint);
  seqs := ARRAY(
    SELECT nextval('{schema}.task_seq') FROM (SELECT generate_series(1, wanted)) AS each);
  IF NOT careful THEN
    BEGIN
      INSERT INTO {schema}.task (
        id, seq, lane, name, queue, priority, arguments, schedule, unique_key, retry_policy,
        timeout, labels, recurring, series_id, run, created_at, planned_at, status, revision,
        due_at, attempt, losses, detached)
      SELECT
        ids[i], seqs[i], lanes[i], names[i], queues[i], priorities[i], all_arguments[i],
        schedules[i], unique_keys[i], retry_policies[i], timeouts[i], all_labels[i],
        coalesce(are_recurring[i], false), coalesce(series_ids[i], ids[i]), coalesce(runs[i], 1),
        now, least(coalesce(due_times[i], now + delays[i], now), latest), 'PENDING', 1,
        least(coalesce(due_times[i], now + delays[i], now), latest), 0, 0, false
      FROM (SELECT generate_series(1, wanted) AS i) AS each;
      created := wanted;
    EXCEPTION WHEN unique_violation THEN
      careful := true;
    END;
  END IF;
  IF careful THEN
    INSERT INTO {schema}.task (
      id, seq, lane, name, queue, priority, arguments, schedule, unique_key, retry_policy,
      timeout, labels, recurring, series_id, run, created_at, planned_at, status, revision,
      due_at, attempt, losses, detached)
    SELECT
      ids[i], seqs[i], lanes[i], names[i], queues[i], priorities[i], all_arguments[i],
      schedules[i], unique_keys[i], retry_policies[i], timeouts[i], all_labels[i],
      coalesce(are_recurring[i], false), coalesce(series_ids[i], ids[i]), coalesce(runs[i], 1),
      now, least(coalesce(due_times[i], now + delays[i], now), latest), 'PENDING', 1,
      least(coalesce(due_times[i], now + delays[i], now), latest), 0, 0, false
    FROM (SELECT generate_series(1, wanted) AS i) AS each
    ON CONFLICT DO NOTHING;
    GET DIAGNOSTICS created = ROW_COUNT;
  END IF;

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
