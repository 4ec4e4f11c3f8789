package dev.omniq.task;

/** What people and programs do with tasks that are there. */
public enum TaskChange {
  /** Ends tasks that wait or run. */
  CANCEL,
  /** Sends finished tasks round once more. */
  RETRY,
  /** Makes tasks due that wait. */
  RUN_NOW,
  /** Removes tasks that do not run. */
  DELETE
}
