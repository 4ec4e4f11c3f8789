package dev.omniq.storage.file;

import static dev.omniq.storage.file.JsonBuffer.ascii;

import dev.omniq.storage.MoveMark;
import dev.omniq.task.StorageException;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;

/**
 * Which segments make up the journal: a small file that is always replaced as a whole, so that a
 * crash leaves the old or the new set. Its form is that of a group with one line.
 *
 * @param owner the number of the last process that took the journal over, from 1
 * @param segments the segments in the order of replay, at least one; the last is the tail
 * @param mark the mark of a move, if there is one
 */
record Manifest(long owner, List<Integer> segments, Optional<MoveMark> mark) {
  /** The latest version of the format of lines, groups, names and manifest that this code reads. */
  static final int FORMAT = 2;

  /** What has no mark, a version of this library can read that knows of none. */
  private static final int FORMAT_WITHOUT_MARK = 1;

  private static final byte[] START = ascii("{\"format\":");
  private static final byte[] OWNER = ascii(",\"owner\":");
  private static final byte[] SEGMENTS = ascii(",\"segments\":[");
  private static final byte[] MARK = ascii(",\"mark\":{\"move\":");
  private static final byte[] ROLE = ascii(",\"role\":");
  private static final byte[] STAGE = ascii(",\"stage\":");
  private static final byte[] OTHER = ascii(",\"other\":");
  private static final byte[] SINCE = ascii(",\"since\":");
  private static final byte[] END = ascii("}\n");
  private static final JsonFactory FACTORY = new JsonFactory();

  Manifest {
    segments = List.copyOf(segments);
    if (segments.isEmpty()) {
      throw new IllegalArgumentException("a journal has at least one segment");
    }
  }

  /** A manifest without a mark. */
  Manifest(long owner, List<Integer> segments) {
    this(owner, segments, Optional.empty());
  }

  /** The segment that is written to. */
  int tail() {
    return segments.get(segments.size() - 1);
  }

  /** The segments that are not written to any more. */
  List<Integer> sealed() {
    return segments.subList(0, segments.size() - 1);
  }

  /** This manifest with a new tail behind the present one. */
  Manifest rolledTo(int tail) {
    var all = new ArrayList<>(segments);
    all.add(tail);
    return new Manifest(owner, all, mark);
  }

  /** This manifest with another mark, or none. */
  Manifest marked(Optional<MoveMark> next) {
    return new Manifest(owner, segments, next);
  }

  /** This manifest under the next owner. */
  Manifest takenOver() {
    return new Manifest(owner + 1, segments, mark);
  }

  /** This manifest with some neighbours replaced, the tail among them or not. */
  Manifest replacing(List<Integer> old, List<Integer> by) {
    int at = java.util.Collections.indexOfSubList(segments, old);
    if (at < 0 || old.isEmpty()) {
      throw new IllegalArgumentException("segments " + old + " are not in " + segments);
    }
    var all = new ArrayList<>(segments);
    all.subList(at, at + old.size()).clear();
    all.addAll(at, by);
    return new Manifest(owner, all, mark);
  }

  /** Makes this the manifest that counts; on stable storage when the method returns. */
  void write(Disk disk, Layout layout) throws IOException {
    var out = new JsonBuffer();
    out.put(START).number(mark.isPresent() ? FORMAT : FORMAT_WITHOUT_MARK);
    out.put(OWNER).number(owner).put(SEGMENTS);
    for (int i = 0; i < segments.size(); i++) {
      if (i > 0) {
        out.put(',');
      }
      out.number(segments.get(i));
    }
    out.put(']');
    mark.ifPresent(present -> put(out, present));
    out.put(END);
    GroupFormat.seal(out, 0, 1, 0);
    disk.delete(layout.nextManifest());
    try (DiskFile file = disk.open(layout.nextManifest())) {
      file.write(out.from(0), 0);
      file.force();
    }
    disk.rename(layout.nextManifest(), layout.manifest());
    disk.forceDirectory(layout.directory());
  }

  private static void put(JsonBuffer out, MoveMark mark) {
    out.put(MARK).uuid(mark.move());
    out.put(ROLE).string(mark.role().name()).put(STAGE).string(mark.stage().name());
    out.put(OTHER).string(mark.other()).put(SINCE).time(mark.since()).put('}');
  }

  /**
   * Reads the manifest that counts; empty if there is none.
   *
   * @throws StorageException if it is damaged or of a later format
   */
  static Optional<Manifest> read(Disk disk, Layout layout) throws IOException {
    if (!disk.exists(layout.manifest())) {
      return Optional.empty();
    }
    try (DiskFile file = disk.openToRead(layout.manifest())) {
      var reader = new GroupReader(file, 0);
      var found = new ArrayList<Manifest>();
      boolean whole = reader.next();
      if (whole) {
        reader.forEachLine(
            (bytes, start, length, at) -> found.add(parse(layout, bytes, start, length)));
      }
      if (found.size() != 1) {
        throw new UnreadableException(
            layout.manifest()
                + " is damaged; run 'omniq repair "
                + layout.directory()
                + "' to save what is readable");
      }
      return Optional.of(found.get(0));
    }
  }

  /** There is a manifest, and it is damaged. */
  static final class UnreadableException extends StorageException {
    private static final long serialVersionUID = 1L;

    UnreadableException(String message) {
      super(message);
    }
  }

  private static Manifest parse(Layout layout, byte[] bytes, int start, int length) {
    int format = 0;
    long owner = 0;
    var segments = new ArrayList<Integer>();
    Optional<MoveMark> mark = Optional.empty();
    try (JsonParser parser =
        FACTORY.createParser(ObjectReadContext.empty(), bytes, start, length)) {
      parser.nextToken();
      for (String key = parser.nextName(); key != null; key = parser.nextName()) {
        parser.nextToken();
        switch (key) {
          case "format" -> format = parser.getIntValue();
          case "owner" -> owner = parser.getLongValue();
          case "segments" -> {
            while (parser.nextToken() != JsonToken.END_ARRAY) {
              segments.add(parser.getIntValue());
            }
          }
          case "mark" -> mark = Optional.of(mark(parser));
          default -> parser.skipChildren();
        }
        if (format > FORMAT) {
          throw new StorageException(
              "the store in "
                  + layout.directory()
                  + " was written by a newer version of the library: it has format "
                  + format
                  + ", this version reads formats up to "
                  + FORMAT);
        }
      }
    } catch (JacksonException | IllegalArgumentException | DateTimeException e) {
      throw new UnreadableException(layout.manifest() + " cannot be read: " + e.getMessage());
    }
    return new Manifest(owner, segments, mark);
  }

  private static MoveMark mark(JsonParser parser) {
    var values = new HashMap<String, String>();
    for (String key = parser.nextName(); key != null; key = parser.nextName()) {
      parser.nextToken();
      values.put(key, String.valueOf(parser.getString()));
    }
    return new MoveMark(
        UUID.fromString(values.getOrDefault("move", "")),
        MoveMark.Role.valueOf(values.getOrDefault("role", "")),
        MoveMark.Stage.valueOf(values.getOrDefault("stage", "")),
        values.getOrDefault("other", ""),
        Instant.parse(values.getOrDefault("since", "")));
  }
}
