package dev.omniq.task;

/** What became of a request to cancel a task. */
public enum CancelOutcome {
  /** It was pending and is cancelled. If it was the pending run of a series, the series ended. */
  CANCELLED,
  /**
   * It was running and is cancelled; its handler is being interrupted, what it still returns is
   * dropped. If it was a run of a series, the series ended.
   */
  INTERRUPTED,
  /** It had finished before; nothing changed. */
  ALREADY_FINISHED,
  /** There is no such task; nothing changed. */
  NOT_FOUND
}
