package dev.omniq.storage.file;

import dev.omniq.storage.Retention;
import dev.omniq.storage.table.Entry.Fixed;
import dev.omniq.storage.table.Entry.Standing;
import dev.omniq.storage.table.TaskTable;
import dev.omniq.task.Task;
import dev.omniq.task.TaskId;
import dev.omniq.task.TaskQuery;
import dev.omniq.task.TaskSpec;
import dev.omniq.task.TaskState;
import dev.omniq.task.TaskStatus;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;

/**
 * Measures, on the disk of this machine, how long it takes to index sealed segments, to fill the
 * table of live tasks from the indexes, to find finished tasks, and to compact. A program to run by
 * hand: the directory, then how many thousand tasks wait, then how many thousand are finished. With
 * the directory of a store alone, it opens that one, as a process does that has just begun.
 */
public final class SegmentsMeasure {
  private static final int SEGMENT = 32 << 20;
  private static final int BATCH = 64;

  private final Layout layout;
  private final Disk disk = Disk.system();
  private final JsonBuffer group = new JsonBuffer();
  private final List<Integer> segments = new ArrayList<>();
  private int lines;
  private long size;
  private long sequence;
  private DiskFile file;

  private SegmentsMeasure(Path directory) throws IOException {
    Files.createDirectories(directory);
    layout = new Layout(directory);
    file = next();
  }

  public static void main(String[] args) throws IOException {
    if (args.length == 1) {
      lookAt(Path.of(args[0]));
      return;
    }
    var measure = new SegmentsMeasure(Files.createTempDirectory(Path.of(args[0]), "segments"));
    measure.write(Integer.parseInt(args[1]) * 1000, Integer.parseInt(args[2]) * 1000);
    measure.measure();
  }

  private DiskFile next() throws IOException {
    segments.add(segments.size() + 1);
    return disk.open(layout.segment(segments.size()));
  }

  private void line(Line line) throws IOException {
    LineWriter.write(group, line);
    if (++lines == BATCH) {
      GroupFormat.seal(group, 0, lines, size);
      long at = size;
      size += group.size();
      file.write(group.from(0), at);
      group.clear();
      lines = 0;
      if (size >= SEGMENT) {
        file.close();
        file = next();
        size = 0;
      }
    }
  }

  /** Waiting tasks first, then batches that are added, claimed and settled. */
  private void write(int waiting, int finished) throws IOException {
    Instant now = Instant.parse("2026-11-23T10:00:00Z");
    for (int i = 0; i < waiting; i++) {
      line(added(now.plusMillis(i / 10), now.plusSeconds(86_400)));
    }
    for (int i = 0; i < finished; i += BATCH) {
      Instant at = now.plusSeconds(1_000).plusMillis(i / 10);
      List<Task> batch = new ArrayList<>();
      for (int j = 0; j < BATCH; j++) {
        Line.Add add = added(at, at);
        batch.add(add.task());
        line(add);
      }
      List<TaskId> ids = batch.stream().map(Task::id).toList();
      line(new Line.Claims("worker-1", i, at, Duration.ofSeconds(30), 1, ids));
      for (Task task : batch) {
        TaskState ended =
            task.state().claimed("worker-1", at).toBuilder()
                .status(TaskStatus.SUCCESS)
                .finishedAt(Optional.of(at.plusMillis(3)))
                .result(Optional.of("{\"item_id\":\"item\",\"status\":\"completed\"}"))
                .build();
        line(new Line.Set(task.id(), ended));
      }
    }
    while (lines > 0) {
      line(new Line.Open(1, now));
    }
    file.force();
    file.close();
  }

  private Line.Add added(Instant now, Instant due) {
    TaskId id = TaskId.next(now);
    TaskSpec spec = TaskSpec.of("com.example.Reports#generate", "[\"item-" + sequence + "\",7]");
    return new Line.Add(
        ++sequence, new Task(id, spec, id, 1, now, due, TaskState.pending(due)), Optional.empty());
  }

  private void measure() throws IOException {
    long start = System.nanoTime();
    List<SegmentIndex> built = new ArrayList<>();
    for (int segment : segments) {
      built.add(SegmentIndex.openOrBuild(disk, layout, segment));
    }
    report("index", start, new SealedTasks(built));
    for (SegmentIndex index : built) {
      index.close();
    }
    for (int round = 0; round < 3; round++) {
      open();
    }
    openStore();
    SealedTasks sealed = Indexes.of(disk, layout, segments);
    find(sealed);
    for (int round = 0; round < 2; round++) {
      int[] number = {1000 * (round + 1)};
      start = System.nanoTime();
      List<DiskFile> opened = new ArrayList<>();
      for (int i = 0; i < 10_000; i++) {
        opened.add(null);
      }
      var compactor =
          new Compactor(
              disk,
              layout,
              segment -> {
                if (opened.get(segment) == null) {
                  opened.set(segment, disk.openToRead(layout.segment(segment)));
                }
                return opened.get(segment);
              },
              () -> number[0]++,
              SEGMENT);
      sealed = new SealedTasks(compactor.compact(sealed.segments(), bytes -> true).orElseThrow());
      report("compact", start, sealed);
    }
  }

  /** The store as a whole, with an empty tail, and how long what walks over all takes. */
  private void openStore() throws IOException {
    List<Integer> all = new ArrayList<>(segments);
    all.add(segments.size() + 1);
    disk.open(layout.segment(segments.size() + 1)).close();
    new Manifest(1, all).write(disk, layout);
    lookAt(layout.directory());
  }

  private static void lookAt(Path directory) {
    long start = System.nanoTime();
    try (FileStore store = FileStore.open(directory, FileStoreOptions.defaults())) {
      System.out.printf(
          "open the store: %d ms, heap %d MiB%n", (System.nanoTime() - start) / 1_000_000, heap());
      start = System.nanoTime();
      int found = store.list(TaskQuery.all().status(TaskStatus.FAILED)).join().size();
      System.out.printf("list, %d found: %d ms%n", found, (System.nanoTime() - start) / 1_000_000);
      start = System.nanoTime();
      found =
          store
              .purge(new Retention(Duration.ofDays(9_999), Duration.ZERO, 2_000_000), 1_000)
              .join();
      System.out.printf("purge, %d found: %d ms%n", found, (System.nanoTime() - start) / 1_000_000);
    }
  }

  private void open() throws IOException {
    long start = System.nanoTime();
    SealedTasks sealed = Indexes.of(disk, layout, segments);
    long checked = System.nanoTime();
    var table = new TaskTable<FileEntry>();
    SealedTasks.Survey survey =
        sealed.forEach(
            effect -> {
              if (effect.isLive()) {
                table.put(entry(effect, table));
              }
            });
    report("open", start, sealed);
    System.out.printf(
        "  of which check %d ms; %d live, %d finished, table %d; heap %d MiB, indexes %d KiB of file%n",
        (checked - start) / 1_000_000,
        survey.live(),
        survey.finished(),
        table.size(),
        heap(),
        sealed.segments().stream().mapToLong(i -> i.size() * IndexFormat.RECORD).sum() >> 10);
    if (table.size() != survey.live()) {
      throw new AssertionError("lost some");
    }
    for (SegmentIndex index : sealed.segments()) {
      index.close();
    }
  }

  private static FileEntry entry(Effect effect, TaskTable<FileEntry> table) {
    Effect.Body body = effect.theBody();
    Effect.Standing standing = effect.theStanding();
    return new FileEntry(
        new Fixed(
            effect.id(),
            body.sequence(),
            table.kind(body.queue(), body.name()),
            body.priority(),
            body.key(),
            Optional.empty()),
        new Standing(effect.revision(), standing.time(), standing.suspect(), standing.detached()),
        null,
        body.at(),
        standing.at());
  }

  private static void find(SealedTasks sealed) throws IOException {
    List<TaskId> ids = new ArrayList<>();
    sealed.forEach(
        effect -> {
          if (effect.isFinished() && effect.id().hashCode() % 100 == 0) {
            ids.add(effect.id());
          }
        });
    java.util.Collections.shuffle(ids, new Random(1));
    long start = System.nanoTime();
    for (TaskId id : ids) {
      var unused = sealed.find(id).orElseThrow();
    }
    System.out.printf("find %.1f us each%n", (System.nanoTime() - start) / 1e3 / ids.size());
  }

  private static long heap() {
    System.gc();
    Runtime runtime = Runtime.getRuntime();
    return (runtime.totalMemory() - runtime.freeMemory()) >> 20;
  }

  private static void report(String what, long start, SealedTasks sealed) {
    long millis = (System.nanoTime() - start) / 1_000_000;
    System.out.printf(
        "%s: %d ms, %d segments, %d MiB%n",
        what, millis, sealed.segments().size(), sealed.bytes() >> 20);
  }
}
