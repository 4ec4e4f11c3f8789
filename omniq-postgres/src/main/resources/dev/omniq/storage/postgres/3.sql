-- What lists look for, so that they never walk over tasks that nobody asked for: tasks by lane and
-- status, newest first, which is by name and queue as well; and the runs of a series, and of all.
CREATE INDEX task_lane ON {schema}.task (lane, status, id);
CREATE INDEX task_run ON {schema}.task (series_id, id) WHERE recurring OR series_id <> id;
CREATE INDEX task_recurring ON {schema}.task (status, id) WHERE recurring;
