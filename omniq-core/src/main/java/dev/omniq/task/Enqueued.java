package dev.omniq.task;

/**
 * The answer to an enqueue.
 *
 * @param id the task: the new one, or the live one that was there
 * @param created whether a task was stored; {@code false} if the id or the unique key was taken
 */
public record Enqueued(TaskId id, boolean created) {}
