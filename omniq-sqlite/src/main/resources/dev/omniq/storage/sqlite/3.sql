-- What lists look for, so that they never walk over tasks that nobody asked for: tasks by lane and
-- status, newest first, which is by name and queue as well; and the runs of a series, and of all.
-- The lane of a task is any of its name and queue; copies of finished tasks came without one.
INSERT INTO omniq_lane (queue, name, priority, suspect)
SELECT DISTINCT queue, name, 0, 0 FROM omniq_counter c
WHERE NOT EXISTS (SELECT 1 FROM omniq_lane l WHERE l.queue = c.queue AND l.name = c.name);
ALTER TABLE omniq_task ADD COLUMN lane INTEGER;
UPDATE omniq_task SET lane = (
  SELECT min(l.id) FROM omniq_lane l WHERE l.queue = omniq_task.queue AND l.name = omniq_task.name);
CREATE INDEX omniq_task_lane ON omniq_task (lane, status, id);
CREATE INDEX omniq_task_run ON omniq_task (series_id, id) WHERE recurring = 1 OR series_id <> id;
CREATE INDEX omniq_task_recurring ON omniq_task (status, id) WHERE recurring = 1;
