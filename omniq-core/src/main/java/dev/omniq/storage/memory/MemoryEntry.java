package dev.omniq.storage.memory;

import dev.omniq.storage.table.Claim;
import dev.omniq.storage.table.Entry;
import dev.omniq.storage.table.Kind;
import dev.omniq.task.Notes;
import dev.omniq.task.Task;
import org.jspecify.annotations.Nullable;

/** A live task. */
final class MemoryEntry extends Entry {
  private Task task;

  /** A pending task that comes, or comes back, into the table. */
  MemoryEntry(Task task, long sequence, Kind kind) {
    super(Fixed.of(task, sequence, kind), Standing.of(task.state()), null);
    this.task = task;
  }

  /** The same task after a change. */
  MemoryEntry(MemoryEntry same, Task task, @Nullable Claim claim) {
    super(same, Standing.of(task.state()), claim);
    this.task = task;
  }

  Task task() {
    return task;
  }

  /** Notes are no part of what the table knows, so they change in place. */
  void annotate(Notes notes) {
    task = task.with(task.state().toBuilder().notes(notes).build());
  }
}
