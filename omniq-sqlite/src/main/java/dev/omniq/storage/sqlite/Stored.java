package dev.omniq.storage.sqlite;

import dev.omniq.task.TaskId;
import dev.omniq.task.TaskStatus;

/** What every change has to know of a stored task. */
interface Stored {
  /** The number of its row, which is the order of insertion. */
  long seq();

  TaskId id();

  String queue();

  String name();

  int priority();

  /** As it stands: one more than in its row if it is claimed. */
  int revision();

  /** The status in its row: PENDING if it is claimed. */
  TaskStatus stored();
}
