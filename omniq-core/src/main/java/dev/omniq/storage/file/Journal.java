package dev.omniq.storage.file;

import dev.omniq.storage.MoveMark;
import dev.omniq.task.StorageException;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The segments of the journal: one tail that grows, and sealed ones before it that never change.
 *
 * <p>A place in the journal is a packed {@link Location}. Numbers of tails ascend, so of two places
 * that were written to, the later is the greater: "forced up to here" is one number.
 *
 * <p>{@link #append}, {@link #roll} and {@link #replaceTail} are for one thread at a time, the one
 * that holds the pen; {@link #force} may run beside them on another, and reads on any.
 *
 * <p><b>Room.</b> A force that makes a file longer costs a third more than one that does not. So
 * behind the last group of the tail, there may be empty lines: room, which later groups are written
 * over. It is cut when the tail is sealed or closed.
 *
 * <p><b>A force that failed</b> proves nothing about any later one: the system may have dropped the
 * pages and forgotten the error. So forces take turns, and after a failure the segment is closed to
 * writes and forces until another takes its place.
 */
final class Journal implements AutoCloseable {
  private final Disk disk;
  private final Layout layout;
  private final Map<Integer, DiskFile> files = new ConcurrentHashMap<>();
  private final ReentrantLock forcing = new ReentrantLock();

  private volatile Manifest manifest;
  private int lastNumber;
  private volatile Tail tail;
  private volatile long end;
  private volatile long forced;
  private volatile boolean failed;

  /** How long the file of the tail is, with its room. */
  private long length;

  /** The segment that grows. */
  private record Tail(int number, DiskFile file) {}

  private Journal(Disk disk, Layout layout, Manifest manifest, int lastNumber) throws IOException {
    this.disk = disk;
    this.layout = layout;
    this.manifest = manifest;
    this.lastNumber = lastNumber;
    for (int number : manifest.sealed()) {
      files.put(number, disk.openToRead(layout.segment(number)));
    }
    int number = manifest.tail();
    tail = new Tail(number, disk.open(layout.segment(number)));
    files.put(number, tail.file());
    end = Location.pack(number, 0);
    forced = end;
  }

  /**
   * Opens the journal of a directory, a new one if there is none, and takes note of its new owner.
   * What is left over from an interrupted change is deleted. Nothing may be appended before {@link
   * #startAt}.
   *
   * @throws StorageException if the manifest is missing or damaged, or names a missing segment
   */
  static Journal open(Disk disk, Layout layout) throws IOException {
    Manifest old = Manifest.read(disk, layout).orElse(null);
    int last = 0;
    for (String name : disk.list(layout.directory())) {
      int number = Layout.segmentNumber(name).orElse(0);
      last = Math.max(last, number);
      if (old == null && number > 0 && !isEmpty(disk, layout, number)) {
        throw damaged(layout, layout.manifest() + " is missing");
      }
    }
    Manifest manifest;
    if (old == null) {
      last = Math.max(last, 1);
      manifest = new Manifest(1, List.of(last));
      disk.open(layout.segment(last)).close();
    } else {
      manifest = old.takenOver();
      for (int number : old.segments()) {
        if (!disk.exists(layout.segment(number))) {
          throw damaged(layout, layout.segment(number) + " is missing");
        }
      }
      deleteLeftovers(disk, layout, old);
    }
    manifest.write(disk, layout);
    return new Journal(disk, layout, manifest, last);
  }

  private static boolean isEmpty(Disk disk, Layout layout, int number) throws IOException {
    try (DiskFile file = disk.openToRead(layout.segment(number))) {
      return file.size() == 0;
    }
  }

  private static void deleteLeftovers(Disk disk, Layout layout, Manifest manifest)
      throws IOException {
    for (String name : disk.list(layout.directory())) {
      int number = Layout.segmentNumber(name).orElse(Layout.indexNumber(name).orElse(0));
      boolean isUnknown = number > 0 && !manifest.segments().contains(number);
      if (isUnknown || Layout.isTemporary(name)) {
        disk.delete(layout.directory().resolve(name));
      }
    }
  }

  /** The error that says what is damaged and what to do about it. */
  static StorageException damaged(Layout layout, String what) {
    return new StorageException(
        "the journal in "
            + layout.directory()
            + " is damaged: "
            + what
            + "; nothing was changed; run 'omniq repair "
            + layout.directory()
            + "' to save what is readable");
  }

  /** Which segments there are. */
  Manifest manifest() {
    return manifest;
  }

  /** The number of this ownership, from 1. */
  long owner() {
    return manifest.owner();
  }

  /** Where the next group will begin. */
  long end() {
    return end;
  }

  /** Everything before this place is on stable storage. */
  long forced() {
    return forced;
  }

  /** Whether a force of the tail has failed, so that another segment must take its place. */
  boolean hasFailed() {
    return failed;
  }

  /** A segment, to read from. */
  DiskFile file(int segment) throws IOException {
    DiskFile file = files.get(segment);
    if (file == null) {
      throw new IOException("there is no segment " + segment);
    }
    return file;
  }

  /** Says how far the tail is readable, before anything is made of it. */
  void endsAt(long offset) {
    end = Location.pack(tail.number(), offset);
  }

  /**
   * After the tail was read: cuts what lies behind its last whole group, and forces what is left,
   * as nobody knows how far its writer came.
   */
  void startAt(long offset) throws IOException {
    Tail t = tail;
    if (t.file().size() > offset) {
      t.file().truncate(offset);
    }
    t.file().force();
    length = offset;
    end = Location.pack(t.number(), offset);
    forced = end;
  }

  /**
   * Appends a group that is complete but for its trailer.
   *
   * @return the end of the group
   * @throws IOException if it could not be written as a whole; the journal is as it was before, or
   *     {@link #hasFailed}
   */
  long append(JsonBuffer lines, int count) throws IOException {
    if (failed) {
      throw new IOException("the tail is closed to writes");
    }
    Tail t = tail;
    long start = Location.offset(end);
    long known = forced;
    long forcedOffset = Location.segment(known) == t.number() ? Location.offset(known) : 0;
    GroupFormat.seal(lines, 0, count, forcedOffset);
    try {
      t.file().write(lines.from(0), start);
    } catch (IOException e) {
      undoWrite(t, start, e);
      throw e;
    }
    long next = start + lines.size();
    end = Location.pack(t.number(), next);
    if (next > length) {
      length = next + makeRoom(t.file(), next, lines.size());
    }
    return end;
  }

  /**
   * Makes room behind a group that ends the file: how much; none if that fails, or is not worth it.
   */
  private static long makeRoom(DiskFile file, long from, int group) {
    long room = Room.behind(from);
    if (group > room / 4) {
      return 0;
    }
    try {
      file.write(Room.lines((int) room), from);
      return room;
    } catch (IOException e) {
      return 0; // a part of it does no harm; a disk that is full is for the next group to tell
    }
  }

  /** Takes the room away, so that the segment ends with its last group. */
  private void cutRoom() throws IOException {
    long offset = Location.offset(end);
    if (length > offset) {
      tail.file().truncate(offset);
      length = offset;
    }
  }

  private void undoWrite(Tail t, long start, IOException cause) {
    try {
      t.file().truncate(start);
      length = start;
    } catch (IOException e) {
      cause.addSuppressed(e);
      failed = true; // a torn group in the middle would pass for damage
    }
  }

  /**
   * Forces everything that was appended before the call.
   *
   * @throws IOException if that failed; from then on {@link #hasFailed}
   */
  void force() throws IOException {
    forcing.lock();
    try {
      if (failed) {
        throw new IOException("an earlier force of the tail has failed");
      }
      long upTo = end;
      if (upTo > forced) {
        tail.file().force();
        forced = upTo;
      }
    } catch (IOException e) {
      failed = true;
      throw e;
    } finally {
      forcing.unlock();
    }
  }

  /** Seals the tail and goes on in a new one. */
  void roll() throws IOException {
    forcing.lock(); // a force that is under way must not take the new tail for the old one
    try {
      cutRoom();
      force();
      int number = nextNumber();
      DiskFile file = create(number);
      files.put(number, file);
      switchTo(manifest.rolledTo(number));
      tail = new Tail(number, file);
      length = 0;
      end = Location.pack(number, 0);
      forced = end;
    } catch (IOException e) {
      failed = true; // which manifest counts is not known: a new one must be written
      throw e;
    } finally {
      forcing.unlock();
    }
  }

  /** Puts a copy, complete and forced, in the place of the tail that failed. */
  void replaceTail(int number, long size) throws IOException {
    forcing.lock();
    try {
      DiskFile file = disk.open(layout.segment(number));
      files.put(number, file);
      switchTo(manifest.replacing(List.of(tail.number()), List.of(number)));
      tail = new Tail(number, file);
      length = size;
      end = Location.pack(number, size);
      forced = end;
      failed = false;
    } finally {
      forcing.unlock();
    }
  }

  /** Puts sealed segments that were written anew in the place of others. Again, it does nothing. */
  void replaceSealed(List<Integer> old, List<Integer> by) throws IOException {
    if (!manifest.segments().contains(old.get(0))) {
      return;
    }
    for (int number : by) {
      files.put(number, disk.openToRead(layout.segment(number)));
    }
    try {
      switchTo(manifest.replacing(old, by));
    } catch (IOException e) {
      failed = true; // which manifest counts is not known: a new one must be written
      throw e;
    }
  }

  /** Puts a mark in the place of the present one; on stable storage when the method returns. */
  void mark(Optional<MoveMark> next) throws IOException {
    try {
      switchTo(manifest.marked(next));
    } catch (IOException e) {
      failed = true; // which manifest counts is not known: a new one must be written
      throw e;
    }
  }

  /** Closes and deletes a segment that is in the manifest no more and that nobody reads now. */
  void drop(int number) throws IOException {
    DiskFile file = files.remove(number);
    if (file != null) {
      file.close();
    }
    disk.delete(layout.segment(number));
    disk.delete(layout.index(number));
  }

  /** Makes the file of a new segment, which is not in the manifest yet. */
  DiskFile create(int number) throws IOException {
    return disk.open(layout.segment(number));
  }

  /** A number for a new segment, higher than all others. */
  synchronized int nextNumber() {
    return ++lastNumber;
  }

  private void switchTo(Manifest next) throws IOException {
    next.write(disk, layout);
    manifest = next;
  }

  @Override
  public void close() throws IOException {
    IOException failure = null;
    try {
      if (!failed) {
        cutRoom();
      }
    } catch (IOException e) {
      failure = e;
    }
    for (DiskFile file : files.values()) {
      try {
        file.close();
      } catch (IOException e) {
        failure = e;
      }
    }
    files.clear();
    if (failure != null) {
      throw failure;
    }
  }
}
