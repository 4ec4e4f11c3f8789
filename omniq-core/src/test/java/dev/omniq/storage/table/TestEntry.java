package dev.omniq.storage.table;

import dev.omniq.task.TaskId;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** An entry as a store would have it, with a builder that needs few words. */
final class TestEntry extends Entry {
  TestEntry(Fixed fixed, Standing standing, @Nullable Claim claim) {
    super(fixed, standing, claim);
  }

  TestEntry(TestEntry same, Standing standing, @Nullable Claim claim) {
    super(same, standing, claim);
  }

  /** The task after a claim. */
  TestEntry running(Claim claim) {
    return new TestEntry(this, new Standing(revision() + 1, dueAt(), suspect(), detached()), claim);
  }

  /** The task back in PENDING. */
  TestEntry pending(long dueAt, boolean suspect) {
    return new TestEntry(this, new Standing(revision() + 1, dueAt, suspect, detached()), null);
  }

  static TaskId id(long number) {
    return new TaskId(new UUID(number, 0x8000_0000_0000_0000L));
  }

  static Builder entry(TaskTable<TestEntry> table, long id) {
    return new Builder(table, id);
  }

  static final class Builder {
    private final TaskTable<TestEntry> table;
    private final TaskId id;
    private String queue = "default";
    private String name = "n";
    private int priority;
    private long dueAt;
    private Optional<String> key = Optional.empty();
    private Optional<TaskId> series = Optional.empty();
    private boolean suspect;
    private boolean detached;
    private @Nullable Claim claim;

    private Builder(TaskTable<TestEntry> table, long id) {
      this.table = table;
      this.id = TestEntry.id(id);
    }

    Builder queue(String value) {
      queue = value;
      return this;
    }

    Builder name(String value) {
      name = value;
      return this;
    }

    Builder priority(int value) {
      priority = value;
      return this;
    }

    Builder due(long micros) {
      dueAt = micros;
      return this;
    }

    Builder key(String value) {
      key = Optional.of(value);
      return this;
    }

    Builder series(long seriesId) {
      series = Optional.of(TestEntry.id(seriesId));
      return this;
    }

    Builder suspect() {
      suspect = true;
      return this;
    }

    Builder detached() {
      detached = true;
      return this;
    }

    Builder claim(Claim value) {
      claim = value;
      return this;
    }

    TestEntry build() {
      return new TestEntry(
          new Fixed(id, table.nextSequence(), table.kind(queue, name), priority, key, series),
          new Standing(1, dueAt, suspect, detached),
          claim);
    }

    TestEntry put() {
      TestEntry entry = build();
      table.put(entry);
      return entry;
    }
  }
}
