-- Retention by number goes lane by lane: one index less that each task pays for that ends.
DROP INDEX omniq_task_finished_id;
