package dev.omniq.storage.file;

import dev.omniq.task.Notes;
import dev.omniq.task.Schedule;
import dev.omniq.task.Task;
import dev.omniq.task.TaskError;
import dev.omniq.task.TaskId;
import dev.omniq.task.TaskSpec;
import dev.omniq.task.TaskState;
import dev.omniq.task.TaskStatus;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Predicate;

/**
 * Writes sealed segments full of what happens to tasks: adds, claims, settlements with the next run
 * of a series, notes, deletions, revivals. A seed gives the same journal always.
 */
final class RandomJournal {
  private static final Instant START = Instant.parse("2026-11-23T10:00:00Z");
  private static final String[] QUEUES = {"default", "mail", "qüeue 🦊", "über"};
  private static final String[] NAMES = {"send", "report", "clean", "näme"};

  private final Random random;
  private final Disk disk;
  private final Layout layout = new Layout(Path.of("store"));
  private final NaiveReplay state = new NaiveReplay();
  private final List<Integer> segments = new ArrayList<>();
  private final JsonBuffer group = new JsonBuffer();
  private int lines;
  private long sequence;
  private long token;
  private long micros;

  RandomJournal(long seed, Disk disk) {
    this.random = new Random(seed);
    this.disk = disk;
  }

  Layout layout() {
    return layout;
  }

  /** The numbers of the segments that were written. */
  List<Integer> segments() {
    return segments;
  }

  /** What all of it comes to. */
  TreeMap<TaskId, Line.Add> tasks() {
    return state.tasks();
  }

  /** Sets the number of the last segment, as if there were segments up to it. */
  int nextNumber() {
    return segments.isEmpty() ? 1 : segments.get(segments.size() - 1) + 1;
  }

  /** Writes another segment, as a process leaves it that has sealed it. */
  void segment(int number, int groups) throws IOException {
    try (DiskFile file = disk.open(layout.segment(number))) {
      long size = 0;
      for (int i = 0; i < groups; i++) {
        group.clear();
        lines = 0;
        while (lines == 0 || random.nextInt(8) != 0) {
          something();
        }
        GroupFormat.seal(group, 0, lines, 0);
        file.write(group.from(0), size);
        size += group.size();
      }
      file.force();
    }
    disk.forceDirectory(layout.directory());
    segments.add(number);
  }

  /** Writes some segments. */
  RandomJournal with(int count, int groups) throws IOException {
    for (int i = 0; i < count; i++) {
      segment(nextNumber(), groups);
    }
    return this;
  }

  private void line(Line line) {
    LineWriter.write(group, line);
    lines++;
    state.apply(line);
  }

  private void something() {
    switch (random.nextInt(40)) {
      case 0 -> delete();
      case 1, 2 -> revive();
      case 3, 4, 5 -> note();
      case 6, 7, 8, 9, 10, 11, 12, 13 -> claim();
      case 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26 -> settle();
      default -> add();
    }
  }

  private Instant later() {
    micros += 1 + random.nextInt(1_000_000);
    return START.plusNanos(micros * 1_000);
  }

  private void add() {
    Instant now = later();
    boolean foreign = random.nextInt(4) == 0;
    TaskId id =
        foreign
            ? new TaskId(new UUID(random.nextLong(), random.nextLong()))
            : new TaskId(new UUID(now.toEpochMilli() << 16 | 0x7000, random.nextLong()));
    Instant due = random.nextBoolean() ? now : now.plusSeconds(random.nextInt(1_000));
    line(
        new Line.Add(
            ++sequence,
            new Task(id, spec(), id, 1, now, due, TaskState.pending(due)),
            Optional.empty()));
  }

  private TaskSpec spec() {
    TaskSpec.Builder spec =
        TaskSpec.of(NAMES[random.nextInt(NAMES.length)], "[" + random.nextInt() + "]").toBuilder();
    spec.queue(QUEUES[random.nextInt(QUEUES.length)]).priority(random.nextInt(10));
    if (random.nextInt(3) == 0) {
      spec.uniqueKey(Optional.of("key 🦊" + sequence));
    }
    if (random.nextInt(3) == 0) {
      spec.schedule(new Schedule.FixedDelay(Duration.ofSeconds(5)));
    }
    if (random.nextInt(3) == 0) {
      spec.labels(Map.of("tenant", "t" + random.nextInt(3)));
    }
    if (random.nextInt(200) == 0) {
      spec.arguments("[\"" + "x".repeat(random.nextInt(200_000)) + "\"]");
    }
    return spec.build();
  }

  private List<Task> some(int most, Predicate<Task> test) {
    var all = NaiveReplay.where(tasks(), test);
    var some = new ArrayList<Task>();
    while (!all.isEmpty() && some.size() < most) {
      Task task = all.get(random.nextInt(all.size())).task();
      if (some.contains(task)) {
        break;
      }
      some.add(task);
    }
    return some;
  }

  private void claim() {
    List<TaskId> ids =
        some(5, task -> task.status() == TaskStatus.PENDING).stream().map(Task::id).toList();
    if (!ids.isEmpty()) {
      long first = token + 1;
      token += ids.size();
      line(
          new Line.Claims(
              "worker-" + random.nextInt(3),
              first,
              later(),
              Duration.ofMillis(30_000 + random.nextInt(3)),
              random.nextInt(3),
              ids));
    }
  }

  private void settle() {
    boolean claimed = random.nextInt(8) != 0;
    TaskStatus from = claimed ? TaskStatus.RUNNING : TaskStatus.PENDING;
    for (Task task : some(1, task -> task.status() == from)) {
      Instant now = later();
      TaskState.Builder next = task.state().toBuilder().revision(task.state().revision() + 1);
      boolean ends = random.nextInt(3) != 0;
      if (task.status() == TaskStatus.PENDING) {
        next.status(TaskStatus.CANCELLED).finishedAt(Optional.of(now));
        ends = false;
      } else if (ends && random.nextInt(4) != 0) {
        next.status(TaskStatus.SUCCESS)
            .finishedAt(Optional.of(now))
            .result(Optional.of("{\"a\":1}"));
      } else if (ends) {
        next.status(TaskStatus.FAILED).finishedAt(Optional.of(now));
        next.error(TaskError.of(TaskError.Type.RUNTIME, "bad", task.attempt(), now));
      } else {
        next.status(TaskStatus.PENDING).dueAt(now.plusSeconds(7));
        next.losses(task.state().losses() + random.nextInt(2));
      }
      line(new Line.Set(task.id(), next.build()));
      if (ends && task.recurring() && !task.state().detached()) {
        TaskId id = new TaskId(new UUID(now.toEpochMilli() << 16 | 0x7000, random.nextLong()));
        var run =
            new Task(
                id, task.spec(), task.seriesId(), task.run() + 1, now, now, TaskState.pending(now));
        line(new Line.Add(++sequence, run, Optional.empty()));
      }
    }
  }

  private void note() {
    for (Task task : some(1, task -> task.status() == TaskStatus.RUNNING)) {
      line(new Line.Note(task.id(), Notes.NONE.with(new Notes.LogLine(later(), "nöte"))));
    }
  }

  private void delete() {
    List<TaskId> ids =
        some(3, task -> task.status() != TaskStatus.RUNNING).stream().map(Task::id).toList();
    if (!ids.isEmpty()) {
      line(new Line.Delete(ids));
    }
  }

  private void revive() {
    for (Task task : some(1, task -> task.status().isFinished())) {
      TaskState pending =
          task.state().toBuilder()
              .status(TaskStatus.PENDING)
              .revision(task.state().revision() + 1)
              .finishedAt(Optional.empty())
              .result(Optional.empty())
              .detached(task.recurring())
              .build();
      line(new Line.Add(++sequence, task.with(pending), Optional.empty()));
    }
  }
}
