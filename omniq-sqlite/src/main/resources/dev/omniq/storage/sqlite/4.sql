-- What lists by label look for: the labels of tasks, each by the lane and the status of its task,
-- newest first. Only tasks with labels pay for it. Triggers keep it, so that a process with an older
-- library that has the file open does so as well.
CREATE TABLE omniq_label (
  name TEXT NOT NULL,
  value TEXT NOT NULL,
  lane INTEGER NOT NULL,
  status TEXT NOT NULL,
  task BLOB NOT NULL,
  PRIMARY KEY (name, value, lane, status, task)
) WITHOUT ROWID;
INSERT INTO omniq_label (name, value, lane, status, task)
SELECT l.key, l.value, t.lane, t.status, t.id
FROM omniq_task t, json_each(t.labels) l
WHERE t.labels IS NOT NULL;
CREATE TRIGGER omniq_label_comes AFTER INSERT ON omniq_task WHEN NEW.labels IS NOT NULL BEGIN
  INSERT INTO omniq_label (name, value, lane, status, task)
  SELECT key, value, NEW.lane, NEW.status, NEW.id FROM json_each(NEW.labels);
END;
CREATE TRIGGER omniq_label_changes AFTER UPDATE OF status ON omniq_task
WHEN NEW.labels IS NOT NULL AND NEW.status <> OLD.status BEGIN
  UPDATE omniq_label SET status = NEW.status
  WHERE (name, value) IN (SELECT key, value FROM json_each(NEW.labels))
    AND lane = NEW.lane AND status = OLD.status AND task = NEW.id;
END;
CREATE TRIGGER omniq_label_goes AFTER DELETE ON omniq_task WHEN OLD.labels IS NOT NULL BEGIN
  DELETE FROM omniq_label
  WHERE (name, value) IN (SELECT key, value FROM json_each(OLD.labels))
    AND lane = OLD.lane AND status = OLD.status AND task = OLD.id;
END;

-- Lists by time of creation look for ids, which tell when they were drawn, and beside them for the
-- tasks that were stored at another time, by more than a second: the strays.
ALTER TABLE omniq_task ADD COLUMN stray INTEGER;
UPDATE omniq_task SET stray = 1
WHERE substr(hex(id), 1, 12) NOT BETWEEN printf('%012X', max(created_at / 1000 - 1000, 0))
  AND printf('%012X', created_at / 1000 + 1000);
CREATE INDEX omniq_task_stray ON omniq_task (created_at) WHERE stray = 1;
