package dev.omniq.storage.file;

import dev.omniq.storage.file.Effect.Body;
import dev.omniq.storage.file.Effect.Hold;
import dev.omniq.storage.file.Effect.Standing;
import dev.omniq.task.Task;
import dev.omniq.task.TaskState;
import dev.omniq.task.Times;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Reads the lines that effects speak of, for a walk over many of them in the order of ids: through
 * windows that move along, one for the add lines of a segment and one for its other lines, because
 * both are each in about that order. Not thread-safe.
 */
final class LineSource {

  /** Where segments are read. */
  @FunctionalInterface
  interface Segments {
    /** A segment, open to read. */
    DiskFile file(int segment) throws IOException;
  }

  private final Segments segments;
  private final Map<Integer, Window> adds = new HashMap<>();
  private final Map<Integer, Window> others = new HashMap<>();

  LineSource(Segments segments) {
    this.segments = segments;
  }

  /** The bytes of an add line, until the next call. */
  ByteBuffer add(long at) throws IOException {
    return window(adds, Location.segment(at)).line(Location.offset(at));
  }

  /** An add line. */
  Line addLine(long at) throws IOException {
    return parse(add(at), at);
  }

  /** A line that is no add line. */
  Line otherLine(long at) throws IOException {
    return parse(other(at), at);
  }

  /** The bytes of a line that is no add line, until the next call. */
  ByteBuffer other(long at) throws IOException {
    return window(others, Location.segment(at)).line(Location.offset(at));
  }

  /** The add line that tells a task as a whole: what its effect comes to, in one line. */
  Line.Add whole(Effect effect) throws IOException {
    Body body = effect.theBody();
    Standing standing = effect.theStanding();
    Line.Add added = (Line.Add) addLine(body.at());
    Task task = added.task();
    TaskState state = task.state();
    if (standing.at() != Location.NONE) {
      state = ((Line.Set) otherLine(standing.at())).state();
    }
    Hold hold = effect.hold();
    if (hold != null && effect.isClaimedSince()) {
      state = state.claimed(hold.worker(), Times.ofMicros(hold.claimedAt()));
    }
    if (effect.notes() != Location.NONE) {
      Line.Note note = (Line.Note) otherLine(effect.notes());
      state = state.toBuilder().notes(note.notes()).build();
    }
    return new Line.Add(
        added.sequence(), task.with(state), Optional.ofNullable(hold).map(Hold::terms));
  }

  private Window window(Map<Integer, Window> windows, int segment) throws IOException {
    Window window = windows.get(segment);
    if (window == null) {
      window = new Window(segments.file(segment));
      windows.put(segment, window);
    }
    return window;
  }

  private static Line parse(ByteBuffer line, long at) throws IOException {
    try {
      return LineReader.read(line.array(), line.arrayOffset() + line.position(), line.remaining());
    } catch (IllegalArgumentException e) {
      var damage =
          new DamagedSegmentException(
              Location.segment(at), Location.offset(at), "no readable line begins there");
      damage.initCause(e);
      throw damage;
    }
  }
}
