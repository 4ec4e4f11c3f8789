package dev.omniq.storage.file;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Writes the oldest segments of a journal anew, without what does not matter any more: each task
 * that survives becomes one add line with its state (and its claim, if it is RUNNING), ascending by
 * id; what later lines have replaced or deleted is left out.
 *
 * <p>It only reads what is there and only writes new files, which count for nothing until the
 * manifest names them. So a crash at any moment leaves the old set whole. To give the old set up is
 * for the caller: first the manifest, then the places of what is in memory (the new indexes tell
 * them), then, when nobody reads the old files any more, the files.
 *
 * <p>It keeps a window or two for each segment that it reads and a group that it writes, whatever
 * is stored. What it writes is checked before: it never gives damaged lines a new sum.
 */
final class Compactor {
  private final Disk disk;
  private final Layout layout;
  private final LineSource.Segments segments;
  private final IntSupplier numbers;
  private final long segmentBytes;

  /**
   * A compactor of one journal.
   *
   * @param segments where the old segments are read
   * @param numbers draws the number of a new segment, above all there ever were
   * @param segmentBytes about how long a new segment becomes
   */
  Compactor(
      Disk disk,
      Layout layout,
      LineSource.Segments segments,
      IntSupplier numbers,
      long segmentBytes) {
    this.disk = disk;
    this.layout = layout;
    this.segments = segments;
    this.numbers = numbers;
    this.segmentBytes = segmentBytes;
  }

  /** Who watches over a compaction. Called after each group, by the thread that compacts. */
  @FunctionalInterface
  interface Pace {
    /**
     * Says whether to go on; may wait before it does, to leave the disk to others.
     *
     * @param bytes how many were written since the last call
     */
    boolean goOn(long bytes);
  }

  /**
   * Writes segments anew.
   *
   * @param oldest sealed segments in the order of replay, the first of the journal first, none left
   *     out between
   * @return the new segments in the order of replay, complete and on stable storage, perhaps none;
   *     empty if it was told to stop, and then nothing is left behind
   * @throws DamagedSegmentException if an old segment is not readable as a whole; nothing is left
   *     behind
   */
  Optional<List<SegmentIndex>> compact(List<SegmentIndex> oldest, Pace pace) throws IOException {
    for (SegmentIndex input : oldest) {
      SegmentFold.verify(input.segment(), segments.file(input.segment()));
      if (!pace.goOn(0)) {
        return Optional.empty();
      }
    }
    var run = new Run(EffectMerge.ascending(oldest, Optional.empty()), pace);
    boolean done = false;
    try {
      done = run.write();
    } finally {
      if (!done) {
        run.discard();
      }
    }
    return done ? Optional.of(run.open()) : Optional.empty();
  }

  /** One compaction. */
  private final class Run {
    private final EffectMerge effects;
    private final Pace pace;
    private final LineSource source = new LineSource(segments);
    private final List<Integer> written = new ArrayList<>();
    private @Nullable Effect next;

    Run(EffectMerge effects, Pace pace) throws IOException {
      this.effects = effects;
      this.pace = pace;
      this.next = survivor();
    }

    /** Whether all was written, or else was told to stop. */
    boolean write() throws IOException {
      while (next != null) {
        if (!writeSegment()) {
          return false;
        }
      }
      disk.forceDirectory(layout.directory());
      return true;
    }

    private boolean writeSegment() throws IOException {
      int number = numbers.getAsInt();
      written.add(number);
      try (var writer = new SegmentWriter(disk, layout, number, source)) {
        while (next != null && writer.size() < segmentBytes) {
          if (!pace.goOn(writeGroup(writer))) {
            return false;
          }
        }
        writer.finish();
        return true;
      }
    }

    private long writeGroup(SegmentWriter writer) throws IOException {
      while (next != null && !writer.isGroupFull()) {
        writer.add(next);
        next = survivor();
      }
      return writer.flush();
    }

    /** The next task that is live or finished after all. */
    private @Nullable Effect survivor() throws IOException {
      Effect effect = effects.next();
      while (effect != null && effect.gone()) {
        effect = effects.next();
      }
      return effect == null ? null : effect.requireComplete();
    }

    /** The new segments, open. */
    List<SegmentIndex> open() throws IOException {
      var opened = new ArrayList<SegmentIndex>();
      for (int number : written) {
        opened.add(SegmentIndex.openOrBuild(disk, layout, number));
      }
      return opened;
    }

    void discard() throws IOException {
      for (int number : written) {
        disk.delete(layout.nextIndex(number));
        disk.delete(layout.index(number));
        disk.delete(layout.segment(number));
      }
    }
  }
}
