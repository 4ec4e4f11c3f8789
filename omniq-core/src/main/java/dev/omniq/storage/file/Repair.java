package dev.omniq.storage.file;

import dev.omniq.storage.MoveMark;
import dev.omniq.task.StorageException;
import dev.omniq.task.TimeSource;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * Saves what is readable of a damaged store: what the store itself never does by itself, because
 * something that was acknowledged is gone.
 *
 * <p>All groups that are whole are copied, in their order, to a new directory beside the damaged
 * one; lines that do not fit without those that were lost are left out. A task whose end was lost
 * runs again, a task whose begin was lost is gone. When the copy is complete and forced, the
 * damaged directory gets another name, and the new one takes its place; nothing is deleted.
 */
public final class Repair {
  private final Disk disk;
  private final Layout from;
  private final Layout to;
  private final State state;
  private final JsonBuffer out = new JsonBuffer();
  private final List<Lost> lost = new ArrayList<>();
  private long owner = 1;
  private Optional<MoveMark> mark = Optional.empty();
  private long size;
  private long lines;
  private long unfitting;

  private Repair(Disk disk, Layout from, Layout to, TimeSource time) {
    this.disk = disk;
    this.from = from;
    this.to = to;
    this.state = new State(time, 1);
  }

  /**
   * Bytes of a segment that could not be read.
   *
   * @param segment the number of the segment
   * @param start where they begin
   * @param end where the next readable group begins, or the segment ends
   */
  public record Lost(int segment, long start, long end) {}

  /**
   * What a repair did.
   *
   * @param lines the lines that were saved
   * @param live the live tasks that they come to
   * @param unfitting the readable lines that were left out, as what they speak of is lost
   * @param lost what was not readable
   * @param damaged where the damaged store is kept
   */
  public record Report(long lines, long live, long unfitting, List<Lost> lost, Path damaged) {
    /** Copies the list. */
    public Report {
      lost = List.copyOf(lost);
    }
  }

  /**
   * Repairs the store in a directory, which nobody may have open.
   *
   * @throws StorageException if there is no store, or it cannot be repaired; then it is as it was
   */
  public static Report repair(Path directory, Disk disk, TimeSource time) {
    Path given = directory.toAbsolutePath().normalize();
    try {
      Path repaired = unused(disk, given, ".repaired");
      var repair = new Repair(disk, new Layout(given), new Layout(repaired), time);
      repair.copy();
      Path aside = unused(disk, given, ".damaged");
      Path parent = Objects.requireNonNull(given.getParent(), "a root directory");
      disk.rename(given, aside);
      disk.rename(repaired, given);
      disk.forceDirectory(parent);
      return new Report(
          repair.lines, repair.state.table().size(), repair.unfitting, repair.lost, aside);
    } catch (IOException e) {
      throw new StorageException("cannot repair " + directory + ": " + e.getMessage(), e);
    }
  }

  private static Path unused(Disk disk, Path directory, String suffix) throws IOException {
    for (int i = 1; ; i++) {
      Path path = directory.resolveSibling(directory.getFileName() + suffix + "-" + i);
      if (!disk.exists(path)) {
        return path;
      }
    }
  }

  private void copy() throws IOException {
    List<Integer> segments = segments();
    if (segments.isEmpty()) {
      throw new StorageException("there is no journal in " + from.directory());
    }
    disk.prepare(to.directory());
    try (DiskFile target = disk.open(to.segment(1))) {
      for (int number : segments) {
        if (disk.exists(from.segment(number))) {
          copySegment(number, target);
        } else {
          lost.add(new Lost(number, 0, 0));
        }
      }
      target.force();
    }
    // Higher than any owner before: whoever held a claim in that process is not alive.
    new Manifest(owner + 1, List.of(1), mark).write(disk, to);
  }

  /** The segments that count, or if no manifest tells, all that are there. */
  private List<Integer> segments() throws IOException {
    try {
      var manifest = Manifest.read(disk, from);
      if (manifest.isPresent()) {
        owner = manifest.get().owner();
        mark = manifest.get().mark();
        return manifest.get().segments();
      }
    } catch (Manifest.UnreadableException e) {
      // that is what a repair is for
    }
    var all = new ArrayList<Integer>();
    for (String name : disk.list(from.directory())) {
      Layout.segmentNumber(name).ifPresent(all::add);
    }
    return all;
  }

  private void copySegment(int number, DiskFile target) throws IOException {
    try (DiskFile source = disk.openToRead(from.segment(number))) {
      var reader = new GroupReader(source, 0);
      boolean more = reader.next();
      while (true) {
        for (; more; more = reader.next()) {
          copyGroup(reader, target);
        }
        if (reader.atEnd()) {
          return;
        }
        long start = reader.end();
        more = reader.skipDamage();
        lost.add(new Lost(number, start, more ? reader.start() : source.size()));
        if (!more) {
          return;
        }
      }
    }
  }

  private void copyGroup(GroupReader reader, DiskFile target) throws IOException {
    out.clear();
    long before = lines;
    reader.forEachLine(
        (bytes, start, length, offset) -> {
          if (fits(bytes, start, length)) {
            out.put(bytes, start, length + 1);
            lines++;
          } else {
            unfitting++;
          }
        });
    if (lines > before) {
      GroupFormat.seal(out, 0, (int) (lines - before), 0);
      target.write(out.from(0), size);
      size += out.size();
    }
  }

  /** Whether a line can be applied to what was saved before it. */
  private boolean fits(byte[] bytes, int start, int length) throws IOException {
    state.table().begin();
    boolean fits = false;
    try {
      Line line = LineReader.read(bytes, start, length);
      if (line instanceof Line.Open open) {
        owner = Math.max(owner, open.owner());
      }
      state.apply(line, Location.pack(1, size + out.size()));
      fits = true;
    } catch (IllegalArgumentException | IllegalStateException e) {
      // it speaks of a task that was lost, or stores one that is there
    } finally {
      if (fits) {
        state.table().commit();
      } else {
        state.table().rollback();
      }
    }
    return fits;
  }
}
