package dev.omniq.storage.file;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A disk in memory that can be cut off between any two changes, and be looked at afterwards as a
 * process finds it that was killed ({@link #afterKill}), or a machine that lost its power ({@link
 * #afterPowerCut}): without anything that was not forced, names included.
 */
final class MemoryDisk implements Disk {
  private Map<Path, Node> names = new TreeMap<>();
  private Map<Path, Node> forcedNames = new TreeMap<>();
  private long changes;
  private long cutAfter = Long.MAX_VALUE;
  private boolean isCut;
  private long bytesRead;
  private int largestRead;

  private static final class Node {
    byte[] bytes = new byte[0];
    byte[] forced = new byte[0];

    Node copy(boolean onlyForced) {
      var copy = new Node();
      copy.bytes = (onlyForced ? forced : bytes).clone();
      copy.forced = copy.bytes.clone();
      return copy;
    }
  }

  /** From now on this many changes are made, and none after them. */
  synchronized void cutAfter(long more) {
    cutAfter = changes + more;
  }

  synchronized long changes() {
    return changes;
  }

  synchronized long bytesRead() {
    return bytesRead;
  }

  synchronized int largestRead() {
    return largestRead;
  }

  /** What a process finds after this one was killed. */
  synchronized MemoryDisk afterKill() {
    return copy(names, false);
  }

  /** What is found after the power was gone, in the worst case. */
  synchronized MemoryDisk afterPowerCut() {
    return copy(forcedNames, true);
  }

  private static MemoryDisk copy(Map<Path, Node> names, boolean onlyForced) {
    var copy = new MemoryDisk();
    names.forEach((path, node) -> copy.names.put(path, node.copy(onlyForced)));
    copy.forcedNames = new TreeMap<>(copy.names);
    return copy;
  }

  synchronized byte[] content(Path file) throws IOException {
    return node(file).bytes.clone();
  }

  synchronized void replace(Path file, byte[] bytes) throws IOException {
    node(file).bytes = bytes;
  }

  private Node node(Path file) throws FileNotFoundException {
    Node node = names.get(file);
    if (node == null) {
      throw new FileNotFoundException(file.toString());
    }
    return node;
  }

  private void change() throws IOException {
    if (changes >= cutAfter) {
      isCut = true;
      throw new IOException("cut");
    }
    changes++;
  }

  @Override
  public synchronized DiskFile open(Path file) throws IOException {
    if (!names.containsKey(file)) {
      change();
      names.put(file, new Node());
    }
    return new MemoryFile(node(file));
  }

  @Override
  public synchronized DiskFile openToRead(Path file) throws IOException {
    return new MemoryFile(node(file));
  }

  @Override
  public synchronized boolean exists(Path file) {
    return names.containsKey(file);
  }

  @Override
  public synchronized List<String> list(Path directory) {
    return names.keySet().stream()
        .filter(path -> directory.equals(path.getParent()))
        .map(path -> path.getFileName().toString())
        .toList();
  }

  @Override
  public synchronized void rename(Path from, Path to) throws IOException {
    change();
    names.put(to, node(from));
    names.remove(from);
  }

  @Override
  public synchronized void delete(Path file) throws IOException {
    if (names.containsKey(file)) {
      change();
      names.remove(file);
    }
  }

  @Override
  public void prepare(Path directory) {}

  @Override
  public synchronized void forceDirectory(Path directory) throws IOException {
    change();
    forcedNames = new TreeMap<>(names);
  }

  private final class MemoryFile implements DiskFile {
    private final Node node;

    MemoryFile(Node node) {
      this.node = node;
    }

    @Override
    public long size() {
      synchronized (MemoryDisk.this) {
        return node.bytes.length;
      }
    }

    @Override
    public void write(ByteBuffer bytes, long position) throws IOException {
      synchronized (MemoryDisk.this) {
        int torn = isCut ? 0 : bytes.remaining() / 2;
        int count = changes >= cutAfter ? torn : bytes.remaining();
        int end = (int) position + count;
        if (end > node.bytes.length) {
          node.bytes = Arrays.copyOf(node.bytes, end);
        }
        bytes.get(node.bytes, (int) position, count);
        change();
      }
    }

    @Override
    public int read(ByteBuffer into, long position) {
      synchronized (MemoryDisk.this) {
        int count = (int) Math.min(into.remaining(), Math.max(0, node.bytes.length - position));
        into.put(node.bytes, (int) position, count);
        bytesRead += count;
        largestRead = Math.max(largestRead, count);
        return count;
      }
    }

    @Override
    public void force() throws IOException {
      synchronized (MemoryDisk.this) {
        change();
        node.forced = node.bytes.clone();
      }
    }

    @Override
    public void truncate(long size) throws IOException {
      synchronized (MemoryDisk.this) {
        change();
        node.bytes = Arrays.copyOf(node.bytes, (int) size);
      }
    }

    @Override
    public void close() {}
  }
}
