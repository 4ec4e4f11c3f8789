package dev.omniq.storage;

import dev.omniq.task.TaskId;

/** The answer to a compare-and-set. */
public sealed interface Applied {

  /** Done. */
  Applied APPLIED = new Done();

  /** Nothing changed: what was expected no longer holds, or the task is gone. */
  Applied STALE = new Stale();

  /** The change was made. */
  record Done() implements Applied {}

  /** Nothing changed: what was expected no longer holds. */
  record Stale() implements Applied {}

  /** Nothing changed: the task would be live again, but another live task holds its unique key. */
  record KeyHeld(TaskId holder) implements Applied {}
}
