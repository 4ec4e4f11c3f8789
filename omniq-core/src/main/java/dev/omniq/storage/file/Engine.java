package dev.omniq.storage.file;

import dev.omniq.storage.MoveMark;
import dev.omniq.storage.file.Command.Answer;
import dev.omniq.task.ClaimToken;
import dev.omniq.task.StorageException;
import dev.omniq.task.TimeSource;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The parts of an open {@link FileStore} and how they hang together: the journal, the state that
 * its lines come to, the threads that carry out commands, and the one that reads.
 */
final class Engine implements GroupCommit.Work, AutoCloseable {

  /** Is told what a group that was written means to those who wait. */
  interface News {
    void tell(boolean due, List<ClaimToken> revoked);
  }

  private final Layout layout;
  private final FileStoreOptions options;
  private final News news;
  private final Journal journal;
  private final Bodies bodies;
  private final GroupCommit groups;
  private final ExecutorService reader;
  private final Upkeep upkeep;
  private final AtomicBoolean closed = new AtomicBoolean();

  private State state;
  private Decisions decisions;
  private Views views;

  private Engine(Layout layout, FileStoreOptions options, News news, Journal journal)
      throws IOException {
    this.layout = layout;
    this.options = options;
    this.news = news;
    this.journal = journal;
    bodies = new Bodies(journal);
    new Recovery(journal, layout).secureTail();
    state = new State(options.time(), journal.owner());
    var recovery = new Recovery(journal, layout);
    journal.startAt(recovery.replay(state, recovery.openIndexes(options.disk())));
    decisions = new Decisions(state, bodies, options.time());
    views = new Views(state, bodies, options.time());
    reader = Executors.newSingleThreadExecutor(Engine::readerThread);
    groups = new GroupCommit(journal, this, reader, options.time());
    upkeep = new Upkeep(this, options, layout, journal);
  }

  static Engine open(Layout layout, FileStoreOptions options, News news) throws IOException {
    options.disk().prepare(layout.directory());
    Journal journal = Journal.open(options.disk(), layout);
    try {
      var engine = new Engine(layout, options, news, journal);
      engine.start();
      return engine;
    } catch (IOException | RuntimeException | Error e) {
      journal.close();
      throw e;
    }
  }

  private static Thread readerThread(Runnable work) {
    var thread = new Thread(work, "omniq-reader");
    thread.setDaemon(true);
    return thread;
  }

  private void start() {
    groups.start();
    groups.submit(
        new Command<>(
            draft -> {
              draft.append(new Line.Open(journal.owner(), options.time().now()));
              return new Answer.Written<>(true);
            },
            List.of(),
            new CompletableFuture<>()));
  }

  TimeSource time() {
    return options.time();
  }

  long owner() {
    return journal.owner();
  }

  Decisions decisions() {
    return decisions;
  }

  Views views() {
    return views;
  }

  State state() {
    return state;
  }

  Upkeep upkeep() {
    return upkeep;
  }

  Bodies bodies() {
    return bodies;
  }

  /** The mark of a move; for the holder of the pen. */
  Optional<MoveMark> mark() {
    return journal.manifest().mark();
  }

  /** Changes the mark, if it is the expected one; for the holder of the pen. */
  Optional<MoveMark> mark(Optional<MoveMark> expected, Optional<MoveMark> next) throws IOException {
    if (mark().equals(expected) && !next.equals(expected)) {
      journal.mark(next);
    }
    return mark();
  }

  <T> CompletableFuture<T> submit(Command<T> command) {
    groups.submit(command);
    return command.future();
  }

  /**
   * The same for a caller that is about to wait, on whose thread it may be carried out.
   *
   * @param durable whether it is answered after a force only
   */
  <T> CompletableFuture<T> submitByCaller(Command<T> command, boolean durable) {
    groups.submitByCaller(command, durable);
    return command.future();
  }

  @Override
  public void begin() {
    state.table().begin();
  }

  @Override
  public void commit() {
    state.table().commit();
  }

  @Override
  public void rollback() {
    state.table().rollback();
  }

  @Override
  public void written(Draft draft) throws IOException {
    if (draft.isDueNoticed() || !draft.revoked().isEmpty()) {
      news.tell(draft.isDueNoticed(), draft.revoked());
    }
    if (Location.offset(journal.end()) >= options.segmentBytes()) {
      journal.roll();
      upkeep.sealed();
    }
  }

  @Override
  public void recover() throws IOException {
    var recovery = new Recovery(journal, layout);
    recovery.copyTail();
    var again = new State(options.time(), journal.owner());
    recovery.replay(again, state.finished().sealed());
    state = again;
    decisions = new Decisions(state, bodies, options.time());
    views = new Views(state, bodies, options.time());
  }

  @Override
  public void close() {
    if (!closed.compareAndSet(false, true)) {
      return;
    }
    upkeep.stop();
    groups.stop(
        draft -> {
          draft.appendDurable(new Line.Close(options.time().now()));
          return new Answer.Forced<>(true);
        },
        new StorageException("the store is closed"));
    reader.shutdown();
    boolean interrupted = false;
    while (!reader.isTerminated()) {
      try {
        reader.awaitTermination(1, TimeUnit.MINUTES);
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    try {
      for (SegmentIndex index : state.finished().sealed().segments()) {
        index.close();
      }
      journal.close();
    } catch (IOException e) {
      throw new StorageException("cannot close the journal: " + e.getMessage(), e);
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
