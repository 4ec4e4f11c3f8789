package dev.omniq.storage.file;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/** The disk of this machine, which counts, and does what a test tells it to. */
final class ScriptedDisk implements Disk {
  private final Disk disk = Disk.system();
  private final AtomicInteger forces = new AtomicInteger();
  private final AtomicInteger writes = new AtomicInteger();
  private final AtomicInteger reads = new AtomicInteger();

  private volatile long freeBytes = Long.MAX_VALUE;
  private final AtomicBoolean failWrite = new AtomicBoolean();
  private final AtomicBoolean failNext = new AtomicBoolean();
  private volatile boolean skipForces;
  private volatile boolean failForces;
  private volatile boolean failTruncates;
  private volatile boolean failRenames;
  private volatile Gate gate = new Gate();

  /** Holds forces up between {@link #close} and {@link #open}. */
  static final class Gate {
    private final Semaphore passes = new Semaphore(Integer.MAX_VALUE);
    private final CountDownLatch reached = new CountDownLatch(1);

    private void pass() {
      if (passes.availablePermits() == 0) {
        reached.countDown();
      }
      passes.acquireUninterruptibly();
      passes.release();
    }

    /** Waits until a force stands before the gate. */
    void awaitForce() throws InterruptedException {
      if (!reached.await(20, java.util.concurrent.TimeUnit.SECONDS)) {
        throw new AssertionError("no force came");
      }
    }

    /** Lets all go on. */
    void open() {
      passes.release(Integer.MAX_VALUE - passes.availablePermits());
    }
  }

  /** Forces of journal files wait from now on. */
  Gate closeGate() {
    var closed = new Gate();
    closed.passes.drainPermits();
    gate = closed;
    return closed;
  }

  /** Lets all forces go on, whatever the test did. */
  void openGate() {
    gate.open();
  }

  int forces() {
    return forces.get();
  }

  /** How many, but for those that only make {@link Room}. */
  int writes() {
    return writes.get();
  }

  int reads() {
    return reads.get();
  }

  void free(long bytes) {
    freeBytes = bytes;
  }

  void failForces(boolean fail) {
    failForces = fail;
  }

  /** Makes forces do nothing: for tests that open a store a thousand times. */
  ScriptedDisk withoutForces() {
    skipForces = true;
    return this;
  }

  void failNextForce() {
    failNext.set(true);
  }

  /** The next write leaves everything on the disk, and yet reports an error. */
  void failNextWriteAtItsEnd() {
    failWrite.set(true);
  }

  void failTruncates(boolean fail) {
    failTruncates = fail;
  }

  void failRenames(boolean fail) {
    failRenames = fail;
  }

  @Override
  public DiskFile open(Path file) throws IOException {
    DiskFile opened = disk.open(file);
    return file.toString().endsWith(".jsonl") || skipForces ? new ScriptedFile(opened) : opened;
  }

  @Override
  public DiskFile openToRead(Path file) throws IOException {
    return disk.openToRead(file);
  }

  @Override
  public boolean exists(Path file) throws IOException {
    return disk.exists(file);
  }

  @Override
  public List<String> list(Path directory) throws IOException {
    return disk.list(directory);
  }

  @Override
  public void rename(Path from, Path to) throws IOException {
    if (failRenames) {
      throw new IOException("told to fail the rename");
    }
    disk.rename(from, to);
  }

  @Override
  public void delete(Path file) throws IOException {
    disk.delete(file);
  }

  @Override
  public void prepare(Path directory) throws IOException {
    disk.prepare(directory);
  }

  @Override
  public void forceDirectory(Path directory) throws IOException {
    if (!skipForces) {
      disk.forceDirectory(directory);
    }
  }

  private final class ScriptedFile implements DiskFile {
    private final DiskFile file;

    ScriptedFile(DiskFile file) {
      this.file = file;
    }

    @Override
    public long size() throws IOException {
      return file.size();
    }

    @Override
    public void write(ByteBuffer bytes, long position) throws IOException {
      if (!bytes.hasRemaining() || bytes.get(bytes.position()) != '\n') {
        writes.incrementAndGet();
      }
      int length = bytes.remaining();
      if (length > freeBytes) {
        bytes.limit(bytes.position() + (int) freeBytes);
        file.write(bytes, position);
        throw new IOException("No space left on device");
      }
      file.write(bytes, position);
      if (failWrite.getAndSet(false)) {
        throw new IOException("told to fail the write");
      }
    }

    @Override
    public int read(ByteBuffer into, long position) throws IOException {
      reads.incrementAndGet();
      return file.read(into, position);
    }

    @Override
    public void force() throws IOException {
      gate.pass();
      if (failForces || failNext.getAndSet(false)) {
        throw new IOException("Input/output error");
      }
      forces.incrementAndGet();
      if (!skipForces) {
        file.force();
      }
    }

    @Override
    public void truncate(long size) throws IOException {
      if (failTruncates) {
        throw new IOException("told to fail the truncate");
      }
      file.truncate(size);
    }

    @Override
    public void close() throws IOException {
      file.close();
    }
  }
}
