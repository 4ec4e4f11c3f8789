package dev.omniq.task;

/** What became of a request to delete a task. */
public enum DeleteOutcome {
  /** It is gone. */
  DELETED,
  /** It was the pending run of a series: it is gone, and the series ended with it. */
  SERIES_ENDED,
  /** It was a finished run of a series: it is gone, and the series lives on in another run. */
  SERIES_CONTINUES,
  /** It is running, and so was not deleted; cancel it first. */
  RUNNING,
  /** There is no such task. */
  NOT_FOUND;

  /** Whether the task was there and is gone. */
  public boolean deleted() {
    return this == DELETED || this == SERIES_ENDED || this == SERIES_CONTINUES;
  }
}
