package dev.omniq.storage;

import dev.omniq.task.TaskId;

/**
 * The answer for one inserted task.
 *
 * @param id the task that is there now
 * @param created whether it was stored by this call; otherwise its id or unique key was taken
 */
public record Inserted(TaskId id, boolean created) {}
