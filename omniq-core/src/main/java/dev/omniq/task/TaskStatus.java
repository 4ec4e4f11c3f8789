package dev.omniq.task;

import java.util.EnumSet;
import java.util.Set;

/**
 * Where a task stands. The table of allowed transitions stands here and nowhere else; the drawing
 * in {@code docs/explanation/architecture.md} is checked against it by a test.
 */
public enum TaskStatus {
  /** Waits for its due time, for a free worker, or for its next attempt. */
  PENDING,
  /** A worker holds a claim on it and its handler was started. */
  RUNNING,
  /** The handler returned; its result is kept for the result time to live. */
  SUCCESS,
  /** The last attempt failed and no retry is left, or the failure was permanent. */
  FAILED,
  /** Ended by a user before it finished. */
  CANCELLED;

  /** Whether the task still has something to do: it is pending or running. */
  public boolean isLive() {
    return this == PENDING || this == RUNNING;
  }

  /** Whether the task has ended; only {@code retry} takes it back. */
  public boolean isFinished() {
    return !isLive();
  }

  /** The states that may directly follow this one. */
  public Set<TaskStatus> next() {
    return switch (this) {
      case PENDING -> EnumSet.of(PENDING, RUNNING, CANCELLED);
      case RUNNING -> EnumSet.of(SUCCESS, FAILED, CANCELLED, PENDING);
      case SUCCESS, FAILED, CANCELLED -> EnumSet.of(PENDING);
    };
  }

  /** Whether {@code next} may directly follow this state. */
  public boolean canBecome(TaskStatus next) {
    return next().contains(next);
  }
}
