package dev.omniq.storage.file;

import dev.omniq.task.Notes;
import dev.omniq.task.Task;
import dev.omniq.task.TaskState;
import dev.omniq.task.TaskStatus;
import dev.omniq.task.Times;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * Reads tasks back from the journal by the places of their lines. Thread-safe; each call brings a
 * buffer of its own thread.
 */
final class Bodies {
  private static final int GUESS = 1 << 10;
  private static final int KEPT = 1 << 18;

  /** Tasks that were stored just now are often wanted soon; as many as this are kept at hand. */
  private static final int RECENT = 1 << 11;

  private static final int MAX_RECENT_ARGUMENTS = 2 << 10;

  private final Journal journal;
  private final AtomicReferenceArray<@Nullable Recent> recent = new AtomicReferenceArray<>(RECENT);
  private final ThreadLocal<byte[]> buffers = ThreadLocal.withInitial(() -> new byte[GUESS]);

  Bodies(Journal journal) {
    this.journal = journal;
  }

  /**
   * Where a live or finished task stands.
   *
   * @param add its add line
   * @param set the line of its last state; {@link Location#NONE} if that is the add line
   * @param notes the line of the last notes of its execution, or {@link Location#NONE}
   * @param worker who runs it, if it is RUNNING; otherwise empty
   * @param claimedAt since when, in microseconds since the epoch
   */
  record Place(long add, long set, long notes, String worker, long claimedAt) {

    /** The place of a live task. */
    static Place of(FileEntry entry, long notes) {
      return entry
          .claim()
          .map(
              claim ->
                  new Place(
                      entry.add(), entry.set(), notes, claim.token().worker(), claim.claimedAt()))
          .orElseGet(() -> new Place(entry.add(), entry.set(), Location.NONE, "", 0));
    }

    /** The place of a finished task. */
    static Place of(FinishedTask task) {
      return new Place(task.add(), task.set(), Location.NONE, "", 0);
    }
  }

  /** A task as its add line tells it. */
  private record Recent(long at, Task task) {}

  /** Keeps a task at hand whose add line begins at a place. */
  void keep(long at, Task task) {
    boolean small = task.arguments().length() <= MAX_RECENT_ARGUMENTS;
    // A place may be written to again, after a write that failed: never leave what was there.
    recent.set(slot(at), small ? new Recent(at, task) : null);
  }

  /** Whether {@link #read} need not go to the disk for this task. */
  boolean isAtHand(Place place) {
    Recent kept = recent.get(slot(place.add()));
    return kept != null
        && kept.at() == place.add()
        && place.set() == Location.NONE
        && place.notes() == Location.NONE;
  }

  private static int slot(long at) {
    return (int) ((at * 0x9e37_79b9_7f4a_7c15L) >>> 53);
  }

  /** Where lines are read. */
  @FunctionalInterface
  private interface Lines {
    Line at(long place) throws IOException;
  }

  /** Reads a task. */
  Task read(Place place) throws IOException {
    return read(place, this::line, this::line);
  }

  /** Reads tasks whose lines stand near each other, as far as that is so: with fewer reads. */
  List<Task> readAll(List<Place> places) throws IOException {
    var source = new LineSource(journal::file);
    var tasks = new ArrayList<Task>(places.size());
    for (Place place : places) {
      tasks.add(read(place, source::addLine, source::otherLine));
    }
    return tasks;
  }

  private Task read(Place place, Lines adds, Lines others) throws IOException {
    Recent kept = recent.get(slot(place.add()));
    Task added =
        kept != null && kept.at() == place.add()
            ? kept.task()
            : ((Line.Add) adds.at(place.add())).task();
    TaskState state = added.state();
    if (place.set() != Location.NONE) {
      state = ((Line.Set) others.at(place.set())).state();
    }
    // The state of an add line that compaction wrote may be RUNNING already.
    if (!place.worker().isEmpty() && state.status().canBecome(TaskStatus.RUNNING)) {
      state = state.claimed(place.worker(), Times.ofMicros(place.claimedAt()));
    }
    if (place.notes() != Location.NONE) {
      Notes notes = ((Line.Note) others.at(place.notes())).notes();
      state = state.toBuilder().notes(notes).build();
    }
    return added.with(state);
  }

  /** Reads the line that begins at a place. */
  Line line(long place) throws IOException {
    DiskFile file = journal.file(Location.segment(place));
    byte[] buffer = buffers.get();
    int filled = 0;
    while (true) {
      ByteBuffer rest = ByteBuffer.wrap(buffer, filled, buffer.length - filled);
      int count = file.read(rest, Location.offset(place) + filled);
      for (int i = filled; i < filled + count; i++) {
        if (buffer[i] == '\n') {
          return parse(buffer, i, place);
        }
      }
      filled += count;
      if (count == 0) {
        throw new IOException("no line at " + Location.of(place));
      }
      if (filled == buffer.length) {
        buffer = Arrays.copyOf(buffer, buffer.length * 4);
        if (buffer.length <= KEPT) {
          buffers.set(buffer);
        }
      }
    }
  }

  private static Line parse(byte[] bytes, int length, long place) throws IOException {
    try {
      return LineReader.read(bytes, 0, length);
    } catch (IllegalArgumentException e) {
      throw new IOException("no readable line at " + Location.of(place), e);
    }
  }
}
