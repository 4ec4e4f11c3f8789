-- What lists by label look for: the labels of tasks, each by the lane and the status of its task,
-- newest first. Only tasks with labels pay for it. Triggers keep it, so that processes with an older
-- library do so as well. From here to the end of the migration, changes of tasks wait.
CREATE TABLE {schema}.label (
  name text NOT NULL,
  value text NOT NULL,
  lane integer NOT NULL,
  status text NOT NULL,
  task uuid NOT NULL,
  PRIMARY KEY (name, value, lane, status, task)
);

-- Row by row, by the primary key, whatever statistics say.
CREATE FUNCTION {schema}.keep_labels() RETURNS trigger LANGUAGE plpgsql
SET plan_cache_mode = force_generic_plan SET jit = off
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off
AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    INSERT INTO {schema}.label (name, value, lane, status, task)
    SELECT l.key, l.value, NEW.lane, NEW.status, NEW.id FROM json_each_text(NEW.labels::json) l;
  ELSIF TG_OP = 'UPDATE' THEN
    UPDATE {schema}.label b SET lane = NEW.lane, status = NEW.status
    FROM json_each_text(NEW.labels::json) l
    WHERE b.name = l.key AND b.value = l.value AND b.lane = OLD.lane AND b.status = OLD.status
      AND b.task = NEW.id;
  ELSE
    DELETE FROM {schema}.label b USING json_each_text(OLD.labels::json) l
    WHERE b.name = l.key AND b.value = l.value AND b.lane = OLD.lane AND b.status = OLD.status
      AND b.task = OLD.id;
  END IF;
  RETURN NULL;
END
$$;
CREATE TRIGGER label_comes AFTER INSERT ON {schema}.task
FOR EACH ROW WHEN (NEW.labels IS NOT NULL) EXECUTE FUNCTION {schema}.keep_labels();
CREATE TRIGGER label_changes AFTER UPDATE OF status, lane ON {schema}.task
FOR EACH ROW
WHEN (NEW.labels IS NOT NULL AND (NEW.status <> OLD.status OR NEW.lane <> OLD.lane))
EXECUTE FUNCTION {schema}.keep_labels();
CREATE TRIGGER label_goes AFTER DELETE ON {schema}.task
FOR EACH ROW WHEN (OLD.labels IS NOT NULL) EXECUTE FUNCTION {schema}.keep_labels();
INSERT INTO {schema}.label (name, value, lane, status, task)
SELECT l.key, l.value, t.lane, t.status, t.id
FROM {schema}.task t, json_each_text(t.labels::json) l
WHERE t.labels IS NOT NULL;

-- Lists by time of creation look for ids, which tell when they were drawn, and beside them for the
-- tasks that were stored at another time, by more than a second: the strays.
CREATE TABLE {schema}.stray (
  created_at bigint NOT NULL,
  task uuid NOT NULL,
  PRIMARY KEY (created_at, task)
);

-- The lowest id that can be drawn in a millisecond since the epoch.
CREATE FUNCTION {schema}.first_id(millis bigint) RETURNS uuid LANGUAGE sql IMMUTABLE AS $$
  SELECT rpad(lpad(to_hex(greatest(millis, 0)), 12, '0'), 32, '0')::uuid
$$;
CREATE FUNCTION {schema}.is_stray(task uuid, created_at bigint) RETURNS boolean
LANGUAGE sql IMMUTABLE AS $$
  SELECT task < {schema}.first_id(created_at / 1000 - 1000)
    OR task >= {schema}.first_id(created_at / 1000 + 1001)
$$;
INSERT INTO {schema}.stray (created_at, task)
SELECT t.created_at, t.id FROM {schema}.task t WHERE {schema}.is_stray(t.id, t.created_at);
