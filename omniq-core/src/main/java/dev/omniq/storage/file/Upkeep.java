package dev.omniq.storage.file;

import dev.omniq.storage.file.Command.Answer;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is done in the background, on a thread of its own: a segment that was sealed gets its index,
 * so that finished tasks cost no memory; and when half of the sealed segments is of no use, they
 * are written anew without it.
 *
 * <p>Nothing here is needed for what the store promises. What fails is reported and tried again
 * when the next segment is sealed; what is interrupted leaves the old files, which count until the
 * manifest says otherwise.
 */
final class Upkeep {
  private static final Logger LOG = LoggerFactory.getLogger(Upkeep.class);

  /** So many tasks are told their new place before others have their turn at the pen. */
  private static final int SLICE = 1_000;

  private final Engine engine;
  private final FileStoreOptions options;
  private final Layout layout;
  private final Journal journal;
  private final ExecutorService thread = Executors.newSingleThreadExecutor(Upkeep::thread);
  private SealedTasks.Survey survey = SealedTasks.Survey.NONE;
  private volatile boolean stopping;

  Upkeep(Engine engine, FileStoreOptions options, Layout layout, Journal journal) {
    this.engine = engine;
    this.options = options;
    this.layout = layout;
    this.journal = journal;
  }

  private static Thread thread(Runnable work) {
    var thread = new Thread(work, "omniq-upkeep");
    thread.setDaemon(true);
    return thread;
  }

  /** A segment was sealed. */
  void sealed() {
    if (!stopping) {
      try {
        thread.execute(() -> work(true));
      } catch (RejectedExecutionException e) {
        // the store is being closed; the next open does it
      }
    }
  }

  /** Does what is to be done, and compacts in any case; for tests. */
  CompletableFuture<Void> compactNow() {
    return CompletableFuture.runAsync(() -> work(false), thread);
  }

  /** Completes when all is done that there was to do at the time of the call; for tests. */
  CompletableFuture<Void> idle() {
    return CompletableFuture.runAsync(() -> {}, thread);
  }

  /** Ends the work as soon as it can be interrupted. */
  void stop() {
    stopping = true;
    thread.shutdown();
    boolean interrupted = false;
    while (!thread.isTerminated()) {
      try {
        thread.awaitTermination(1, TimeUnit.MINUTES);
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void work(boolean onlyIfItPays) {
    try {
      makeIndexes();
      if (!stopping && (!onlyIfItPays || pays())) {
        compact();
      }
    } catch (IOException | CompletionException e) {
      if (!stopping) {
        LOG.warn(
            "upkeep of the store in {} failed and will be tried again: {}",
            layout.directory(),
            e.getMessage());
        LOG.debug("where the upkeep failed", e);
      }
    }
  }

  private void makeIndexes() throws IOException {
    List<Integer> missing = withPen(this::missing);
    for (int number : missing) {
      if (stopping) {
        return;
      }
      SegmentIndex index = SegmentIndex.build(options.disk(), layout, number, journal.file(number));
      withPen(
          () -> {
            engine.state().finished().sealed(index);
            return true;
          });
    }
  }

  /** The sealed segments without an index; they are always the last ones. */
  private List<Integer> missing() {
    List<Integer> all = journal.manifest().sealed();
    int indexed = engine.state().finished().sealed().segments().size();
    return List.copyOf(all.subList(indexed, all.size()));
  }

  private boolean pays() throws IOException {
    SealedTasks sealed = withPen(() -> engine.state().finished().sealed());
    long tasks = withPen(() -> engine.state().finished().count() + engine.state().table().size());
    if (!CompactionPolicy.DEFAULT.mayPay(sealed, survey, tasks)) {
      return false;
    }
    survey = sealed.forEach(effect -> {});
    return CompactionPolicy.DEFAULT.pays(sealed, survey);
  }

  private void compact() throws IOException {
    List<SegmentIndex> old = withPen(() -> engine.state().finished().sealed().segments());
    if (old.isEmpty()) {
      return;
    }
    var compactor =
        new Compactor(
            options.disk(), layout, journal::file, journal::nextNumber, options.segmentBytes());
    Optional<List<SegmentIndex>> written = compactor.compact(old, bytes -> !stopping);
    if (written.isPresent()) {
      replace(old, written.get());
    }
  }

  /** First the manifest, then the places of what is in memory, at last the old files. */
  private void replace(List<SegmentIndex> old, List<SegmentIndex> by) throws IOException {
    List<Integer> oldNumbers = old.stream().map(SegmentIndex::segment).toList();
    List<Integer> newNumbers = by.stream().map(SegmentIndex::segment).toList();
    withPen(
        () -> {
          journal.replaceSealed(oldNumbers, newNumbers);
          engine.state().finished().compacted(old, by);
          return true;
        });
    follow(Set.copyOf(oldNumbers), by);
    engine
        .submit(
            new Command<>(
                // Behind all who have learned an old place and may not have read there yet.
                draft -> new Answer.ReadForced<>(() -> drop(old)),
                List.of(),
                new CompletableFuture<Boolean>()))
        .join();
  }

  private void follow(Set<Integer> old, List<SegmentIndex> by) throws IOException {
    for (SegmentIndex index : by) {
      SegmentIndex.Cursor cursor = index.ascending(Optional.empty());
      var slice = new ArrayList<Effect>(SLICE);
      for (Effect effect = cursor.next(); effect != null; effect = cursor.next()) {
        slice.add(effect);
        if (slice.size() == SLICE) {
          tell(old, slice);
        }
      }
      tell(old, slice);
    }
  }

  private void tell(Set<Integer> old, List<Effect> slice) {
    withPen(
        () -> {
          slice.forEach(effect -> engine.state().moved(effect, old::contains));
          return true;
        });
    slice.clear();
  }

  private boolean drop(List<SegmentIndex> old) throws IOException {
    for (SegmentIndex index : old) {
      index.close();
      journal.drop(index.segment());
    }
    return true;
  }

  /**
   * Does something with the state, in its turn among the commands. As a group that cannot be
   * written is repeated, so is this: a second time must change nothing more.
   */
  private <T> T withPen(Command.Read<T> work) {
    return engine
        .submit(
            new Command<T>(
                draft -> new Answer.Written<>(work.read()), List.of(), new CompletableFuture<>()))
        .join();
  }
}
