package dev.omniq.testkit;

import dev.omniq.storage.file.Disk;
import dev.omniq.storage.file.DiskFile;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * A disk in memory that fails as real ones do, the same way for the same seed and the same calls.
 *
 * <p>What is written is in the cache, page by page of 4 KiB, until it is forced. A {@link
 * #afterKill kill} leaves the cache, a {@link #afterPowerCut power cut} any part of it: each page
 * that was not forced is kept or lost by itself, later ones may be there and earlier ones not, and
 * a new name counts only when its directory was forced, or by luck. After a failed force, the pages
 * are still read as they were written, but what is lost of them no later force saves.
 *
 * <p>Faults come by command ({@link #failNextForce}, {@link #tearNextWriteAt}, {@link #capacity})
 * or by chance ({@link #chances}). Thread-safe.
 */
public final class FaultyDisk implements Disk {
  private static final int PAGE = 4096;

  private final Random random;
  private final Map<Path, Content> names = new TreeMap<>();
  private Map<Path, Content> stableNames = new TreeMap<>();

  private boolean dead;
  private long capacity = Long.MAX_VALUE;
  private double forceFailures;
  private double shortWrites;
  private boolean failNextForce;
  private boolean dieInNextForce;
  private int tearAt = -1;
  private boolean dieWhenTorn;
  private long forces;

  /** An empty disk without faults. */
  public FaultyDisk(long seed) {
    random = new Random(seed);
  }

  /** What a file holds: in the cache, and on stable storage. */
  private static final class Content {
    byte[] cached = new byte[0];
    byte[] stable = new byte[0];

    /** Pages whose cache is newer than what is stable. */
    final Set<Integer> dirty = new TreeSet<>();

    /** Pages that a failed force has dropped: in the cache, and never written. */
    final Set<Integer> dropped = new TreeSet<>();

    /** Makes the cache longer or shorter. */
    void resize(int size) {
      cached = java.util.Arrays.copyOf(cached, size);
    }

    void touch(long from, long to) {
      for (long page = from / PAGE; page * PAGE < to; page++) {
        dirty.add((int) page);
        dropped.remove((int) page);
      }
    }

    /** Copies a page of the cache to stable storage. */
    void settle(int page) {
      int from = page * PAGE;
      int to = Math.min(cached.length, from + PAGE);
      if (from < to) {
        if (stable.length < to) {
          stable = java.util.Arrays.copyOf(stable, to);
        }
        System.arraycopy(cached, from, stable, from, to - from);
      }
    }
  }

  // ---- faults ----

  /**
   * From now on, forces fail and writes stop half way, each with a probability from 0 to 1.
   *
   * @return this
   */
  public synchronized FaultyDisk chances(double failedForces, double shortWritten) {
    forceFailures = failedForces;
    shortWrites = shortWritten;
    return this;
  }

  /** From now on, all files together hold at most this many bytes. */
  public synchronized void capacity(long bytes) {
    capacity = bytes;
  }

  /** The next force fails. */
  public synchronized void failNextForce() {
    failNextForce = true;
  }

  /** The next force fails and drops all that it was to save, and the process dies with it. */
  public synchronized void dieInNextForce() {
    dieInNextForce = true;
  }

  /**
   * The next write stops after some bytes, and fails.
   *
   * @param bytes how many are written
   * @param die whether the process dies in that moment, so that nothing more is written
   */
  public synchronized void tearNextWriteAt(int bytes, boolean die) {
    tearAt = bytes;
    dieWhenTorn = die;
  }

  /** How many forces of files have succeeded. */
  public synchronized long forces() {
    return forces;
  }

  // ---- crashes ----

  /**
   * Kills the process: whoever uses this disk gets errors from now on.
   *
   * @return the disk that the next process finds, without faults
   */
  public synchronized FaultyDisk afterKill() {
    dead = true;
    var next = new FaultyDisk(random.nextLong());
    next.names.putAll(names);
    next.stableNames = new TreeMap<>(stableNames);
    return next;
  }

  /**
   * Cuts the power: whoever uses this disk gets errors from now on.
   *
   * @return the disk that the next process finds, without faults and with nothing in its cache
   */
  public synchronized FaultyDisk afterPowerCut() {
    dead = true;
    var next = new FaultyDisk(random.nextLong());
    Map<Path, Content> found = random.nextBoolean() ? names : stableNames;
    Map<Content, Content> survivors = new HashMap<>();
    found.forEach(
        (path, content) ->
            next.names.put(path, survivors.computeIfAbsent(content, this::survivor)));
    next.stableNames = new TreeMap<>(next.names);
    return next;
  }

  private Content survivor(Content content) {
    var after = new Content();
    after.cached = content.cached;
    after.stable = content.stable.clone();
    for (int page : content.dirty) {
      if (!content.dropped.contains(page) && random.nextBoolean()) {
        after.settle(page);
      }
    }
    after.cached = after.stable.clone();
    return after;
  }

  // ---- the disk ----

  @Override
  public synchronized DiskFile open(Path file) throws IOException {
    requireAlive();
    return new OpenFile(names.computeIfAbsent(file, path -> new Content()));
  }

  @Override
  public synchronized DiskFile openToRead(Path file) throws IOException {
    requireAlive();
    return new OpenFile(content(file));
  }

  @Override
  public synchronized boolean exists(Path file) throws IOException {
    requireAlive();
    return names.containsKey(file);
  }

  @Override
  public synchronized List<String> list(Path directory) throws IOException {
    requireAlive();
    var found = new ArrayList<String>();
    for (Path file : names.keySet()) {
      if (directory.equals(file.getParent())) {
        found.add(file.getFileName().toString());
      }
    }
    return found;
  }

  @Override
  public synchronized void rename(Path from, Path to) throws IOException {
    requireAlive();
    Content content = content(from);
    names.remove(from);
    names.put(to, content);
  }

  @Override
  public synchronized void delete(Path file) throws IOException {
    requireAlive();
    names.remove(file);
  }

  @Override
  public synchronized void prepare(Path directory) throws IOException {
    requireAlive();
    if (names.containsKey(directory)) {
      throw new FileAlreadyExistsException(directory.toString());
    }
  }

  @Override
  public synchronized void forceDirectory(Path directory) throws IOException {
    requireAlive();
    stableNames = new TreeMap<>(names);
  }

  private Content content(Path file) throws IOException {
    Content content = names.get(file);
    if (content == null) {
      throw new FileNotFoundException(file.toString());
    }
    return content;
  }

  private void requireAlive() throws IOException {
    if (dead) {
      throw new IOException("the process of this disk is dead");
    }
  }

  private long used() {
    return names.values().stream().mapToLong(content -> content.cached.length).sum();
  }

  private synchronized void write(Content content, ByteBuffer bytes, long position)
      throws IOException {
    requireAlive();
    int asked = bytes.remaining();
    int written = asked;
    String failure = null;
    if (tearAt >= 0) {
      written = Math.min(asked, tearAt);
      failure = "the write was told to stop";
      tearAt = -1;
      dead = dieWhenTorn;
    } else if (random.nextDouble() < shortWrites) {
      written = random.nextInt(asked + 1);
      failure = "the write stopped by chance";
    }
    long room = capacity - used() + Math.max(0, content.cached.length - position);
    if (written > room) {
      written = (int) Math.max(0, room);
      failure = "No space left on device";
    }
    put(content, bytes, position, written);
    if (failure != null) {
      throw new IOException(failure);
    }
  }

  private static void put(Content content, ByteBuffer bytes, long position, int length) {
    int end = Math.toIntExact(position + length);
    if (length > 0 && end > content.cached.length) {
      content.resize(end);
    }
    if (length > 0) {
      bytes.get(content.cached, (int) position, length);
      content.touch(position, end);
    }
  }

  private synchronized int read(Content content, ByteBuffer into, long position)
      throws IOException {
    requireAlive();
    int length = (int) Math.max(0, Math.min(into.remaining(), content.cached.length - position));
    into.put(content.cached, (int) Math.min(position, content.cached.length), length);
    return length;
  }

  private synchronized void force(Content content) throws IOException {
    requireAlive();
    if (dieInNextForce) {
      dead = true;
      content.dropped.addAll(content.dirty);
      throw new IOException("the force failed");
    }
    if (failNextForce || random.nextDouble() < forceFailures) {
      failNextForce = false;
      for (int page : content.dirty) {
        if (random.nextBoolean()) {
          content.dropped.add(page);
        } else if (random.nextBoolean()) {
          content.settle(page);
        }
      }
      throw new IOException("the force failed");
    }
    for (int page : content.dirty) {
      if (!content.dropped.contains(page)) {
        content.settle(page);
      }
    }
    content.dirty.retainAll(content.dropped);
    if (content.stable.length > content.cached.length) {
      content.stable = java.util.Arrays.copyOf(content.stable, content.cached.length);
    }
    forces++;
  }

  private synchronized void truncate(Content content, long size) throws IOException {
    requireAlive();
    if (size < content.cached.length) {
      content.resize((int) size);
      content.touch(Math.max(0, size - 1), size);
    }
  }

  /** A file that was opened. */
  private final class OpenFile implements DiskFile {
    private @Nullable Content content;

    OpenFile(Content content) {
      this.content = content;
    }

    private Content open() throws IOException {
      Content present = content;
      if (present == null) {
        throw new IOException("the file is closed");
      }
      return present;
    }

    @Override
    public long size() throws IOException {
      synchronized (FaultyDisk.this) {
        requireAlive();
        return open().cached.length;
      }
    }

    @Override
    public void write(ByteBuffer bytes, long position) throws IOException {
      FaultyDisk.this.write(open(), bytes, position);
    }

    @Override
    public int read(ByteBuffer into, long position) throws IOException {
      return FaultyDisk.this.read(open(), into, position);
    }

    @Override
    public void force() throws IOException {
      FaultyDisk.this.force(open());
    }

    @Override
    public void truncate(long size) throws IOException {
      FaultyDisk.this.truncate(open(), size);
    }

    @Override
    public void close() {
      content = null;
    }
  }
}
