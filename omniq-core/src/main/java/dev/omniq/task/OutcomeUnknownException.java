package dev.omniq.task;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A write may or may not be on stable storage: its sync failed, the store was lost on the way, or
 * the caller was interrupted while it waited. To enqueue the same ids again is safe and settles the
 * question.
 */
public class OutcomeUnknownException extends OmniQException {
  private final List<TaskId> taskIds;

  /** An unknown outcome of a write that concerns the given tasks. */
  public OutcomeUnknownException(String message, List<TaskId> taskIds, @Nullable Throwable cause) {
    super(message, cause);
    this.taskIds = List.copyOf(taskIds);
  }

  /** The tasks concerned. */
  public List<TaskId> taskIds() {
    return taskIds;
  }
}
