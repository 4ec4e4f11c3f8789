package dev.omniq.storage.file;

import dev.omniq.storage.file.Answers.Pending;
import dev.omniq.storage.file.Command.Answer;
import dev.omniq.task.OmniQException;
import dev.omniq.task.StorageException;
import dev.omniq.task.TimeSource;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Carries out commands: decides them in batches, writes each batch as one group, forces the journal
 * once for all who came meanwhile, and answers.
 *
 * <p><b>Two threads that share two roles.</b> Who holds the <em>pen</em> takes the commands that
 * arrived, decides them and writes their group. If somebody waits for the group to be forced and
 * nobody forces yet, that same thread lays the pen down and forces; the other takes the pen and
 * goes on writing groups, which the next force will cover. So a lone durable write is made and
 * forced by one thread, without handing over to another in between; under load one thread writes
 * while the other forces; and what needs no force never waits for one.
 *
 * <p><b>Callers that wait anyway</b> take either role themselves where it is free, which spares two
 * changes of threads: see {@link #submitByCaller}. They serve others on the way, but only until
 * they have their own answer. Those who come while a force is under way, and need one, leave their
 * commands in the inbox and wake nobody: who forces writes them all as one group before the next
 * force.
 *
 * <p><b>Failure.</b> A group that could not be written changes nothing: the state is rolled back
 * and the members are repeated one by one, each in a group of its own, so that only that member
 * fails which cannot be written. When a force fails, all who wait for it are told that the outcome
 * is unknown, and {@link Work#recover} begins anew from what can be read.
 */
final class GroupCommit {
  /** More commands than this are taken in several groups, to bound the group and its latency. */
  private static final int MAX_BATCH = 1_024;

  /** What the commands work on; every method is called by the holder of the pen. */
  interface Work {
    /** Begins to note changes of the state. */
    void begin();

    /** Keeps the changes since {@link #begin}. */
    void commit();

    /** Undoes the changes since {@link #begin}. */
    void rollback();

    /** Called after each group that was written. */
    void written(Draft draft) throws IOException;

    /** Replaces the tail whose force failed and builds the state anew from what is stored. */
    void recover() throws IOException;
  }

  private final Journal journal;
  private final Work work;
  private final Answers answers;
  private final Inbox inbox = new Inbox();
  private final Draft draft = new Draft();

  /** Of the two threads, the one that waits for commands; who waits must not hold the pen. */
  private final ReentrantLock turn = new ReentrantLock();

  private final ReentrantLock pen = new ReentrantLock();
  private final ReentrantLock forcing = new ReentrantLock();
  private final ForceQueue waiting;
  private final TimeSource time;
  private final List<Thread> threads;

  /** The end of the last group that somebody waited for. */
  private volatile long lastDurable;

  private volatile @Nullable OmniQException stopped;

  GroupCommit(Journal journal, Work work, Executor reader, TimeSource time) {
    this.journal = journal;
    this.work = work;
    answers = new Answers(reader);
    this.time = time;
    this.waiting = new ForceQueue(inbox, time);
    this.lastDurable = journal.end();
    this.threads = List.of(thread("omniq-journal-1"), thread("omniq-journal-2"));
  }

  private Thread thread(String name) {
    var thread = new Thread(this::run, name);
    thread.setDaemon(true);
    return thread;
  }

  void start() {
    threads.forEach(Thread::start);
  }

  /** Hands in a command. */
  void submit(Command<?> command) {
    OmniQException reason = stopped;
    if (reason != null) {
      command.future().completeExceptionally(reason);
      return;
    }
    inbox.put(command);
    if (stopped != null) {
      refuseAll(); // the last look into the inbox may have come before
    }
  }

  /**
   * Hands in a command whose caller is about to wait for it: carried out on the calling thread, as
   * far as nobody else is at work. Not on a virtual thread, which would hold up its carrier and all
   * that want to run there.
   *
   * @param durable whether it is answered after a force only
   */
  void submitByCaller(Command<?> command, boolean durable) {
    if (isVirtual(Thread.currentThread()) || isAtWork() || journal.hasFailed()) {
      submit(command);
      return;
    }
    if (durable && forcing.isLocked()) {
      inbox.leave(command);
      waiting.came();
      leaveToOthers();
    } else if (pen.tryLock()) {
      try {
        carryOutByCaller(command);
      } finally {
        leaveToOthers();
      }
    } else {
      submit(command);
    }
  }

  /** Carries it out, and what came before, and lays the pen down. */
  private void carryOutByCaller(Command<?> command) {
    try {
      inbox.add(command); // what others, or this caller, handed in before comes first
      carryOut(inbox.take(MAX_BATCH));
    } finally {
      pen.unlock();
    }
    while (!command.future().isDone() && !waiting.isEmpty() && forceUnlessAnother()) {
      // once more
    }
  }

  /**
   * Has what is left to do done by the store's own threads, if there is anything and nobody forces;
   * who does, comes by here afterwards.
   */
  private void leaveToOthers() {
    if (!forcing.isLocked() && (!waiting.isEmpty() || !inbox.isEmpty())) {
      inbox.wake();
    }
    if (stopped != null) {
      refuseAll();
    }
  }

  /** Whether the calling thread is giving an answer, so that this is called from within. */
  private boolean isAtWork() {
    return pen.isHeldByCurrentThread() || forcing.isHeldByCurrentThread();
  }

  /** By the group that all virtual threads are documented to be in: JDK 17 has no other name. */
  private static boolean isVirtual(Thread thread) {
    ThreadGroup group = thread.getThreadGroup();
    return group != null && group.getName().equals("VirtualThreads");
  }

  /**
   * Carries out what was handed in before and this last command, and ends the threads.
   *
   * @param reason what later commands are told
   */
  void stop(Command.Decision<Boolean> last, StorageException reason) {
    var done = new CompletableFuture<Boolean>();
    submit(new Command<>(last, List.of(), done));
    done.handle((value, failure) -> true).join();
    if (stopped == null) {
      stopped = reason;
    }
    inbox.wake();
    for (Thread thread : threads) {
      joinUninterrupted(thread);
    }
    refuseAll();
  }

  private static void joinUninterrupted(Thread thread) {
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void refuseAll() {
    OmniQException reason = stopped;
    for (Command<?> command : inbox.drain()) {
      command
          .future()
          .completeExceptionally(
              reason == null ? new StorageException("the store is closed") : reason);
    }
  }

  private void run() {
    while (awaitCommands()) {
      do {
        pen.lock();
        try {
          carryOut(inbox.take(MAX_BATCH));
        } finally {
          pen.unlock();
        }
        while (!waiting.isEmpty() && forceUnlessAnother()) {
          // once more
        }
      } while (stopped == null && inbox.left() > 0 && !forcing.isLocked());
    }
  }

  /** Whether there is work; false at the end. */
  private boolean awaitCommands() {
    turn.lock();
    try {
      if (stopped == null) {
        inbox.await();
      }
      return stopped == null;
    } finally {
      turn.unlock();
    }
  }

  private void carryOut(List<Command<?>> batch) {
    if (journal.hasFailed()) {
      recover();
    }
    OmniQException reason = stopped;
    if (reason != null) {
      batch.forEach(command -> command.future().completeExceptionally(reason));
      return;
    }
    if (batch.size() > 1 && !writeTogether(batch)) {
      batch.forEach(this::writeAlone);
    } else if (batch.size() == 1) {
      writeAlone(batch.get(0));
    }
  }

  /** Whether the batch is done with; otherwise nothing of it was stored. */
  private boolean writeTogether(List<Command<?>> batch) {
    try {
      write(batch);
      return true;
    } catch (IOException | RuntimeException | Error e) {
      if (isUndone()) {
        return false; // repeated one by one, where each gets its own failure
      }
      batch.forEach(answers::unknown);
      return true;
    }
  }

  private void writeAlone(Command<?> command) {
    OmniQException reason = stopped;
    if (reason != null) {
      command.future().completeExceptionally(reason);
      return;
    }
    try {
      write(List.of(command));
    } catch (IOException e) {
      if (isUndone()) {
        command
            .future()
            .completeExceptionally(
                new StorageException("nothing was stored: " + e.getMessage(), e));
      } else {
        answers.unknown(command);
      }
    } catch (RuntimeException | Error e) {
      command.future().completeExceptionally(e);
    }
  }

  /**
   * After a group could not be written: makes sure that nothing of it counts. What could not be cut
   * may be there as a whole; then only a new segment without it, or nothing, is certain.
   */
  private boolean isUndone() {
    if (journal.hasFailed()) {
      recover();
    }
    return stopped == null;
  }

  private void write(List<Command<?>> batch) throws IOException {
    draft.begin(journal.end());
    work.begin();
    var decided = new ArrayList<Answer<?>>(batch.size());
    try {
      for (Command<?> command : batch) {
        decided.add(command.decision().decide(draft));
      }
      if (draft.count() > 0) {
        journal.append(draft.lines(), draft.count());
      }
    } catch (IOException | RuntimeException | Error e) {
      work.rollback();
      throw e;
    }
    work.commit();
    if (draft.isDurable()) {
      lastDurable = journal.end();
    }
    for (int i = 0; i < batch.size(); i++) {
      answer(batch.get(i), decided.get(i));
    }
    if (draft.count() > 0) {
      afterwards();
    }
  }

  /** The group stands; a failure of what comes after it is nobody's but the store's. */
  private void afterwards() {
    try {
      work.written(draft);
    } catch (IOException | RuntimeException e) {
      if (journal.hasFailed()) {
        recover();
      } else {
        fail(e);
      }
    }
  }

  @SuppressWarnings("unchecked") // an answer has the type of its command
  private <T> void answer(Command<T> command, Answer<?> any) {
    Answer<T> answer = (Answer<T>) any;
    if (answer instanceof Answer.Written<T> || answer instanceof Answer.ReadNow<T>) {
      answers.give(command, answer);
    } else {
      waiting.add(new Pending<>(command, answer, lastDurable));
    }
  }

  /**
   * Forces for all who wait, unless another thread is at it, which looks after who came meanwhile.
   *
   * @return whether to look whether somebody still waits
   */
  private boolean forceUnlessAnother() {
    if (!forcing.tryLock()) {
      return false;
    }
    boolean fine = false;
    try {
      fine = force();
    } finally {
      forcing.unlock();
      if (!fine) {
        inbox.wake(); // so that somebody takes the pen and begins anew
      }
    }
    return fine;
  }

  /** Forces and answers who waited for it; false if the force failed. */
  private boolean force() {
    answerForced();
    if (waiting.isEmpty()) {
      return true;
    }
    waiting.gather();
    writeWhatWasLeft();
    if (waiting.isEmpty()) {
      return true; // that could not be written, and all has begun anew
    }
    long began = time.nanoTime();
    try {
      journal.force();
    } catch (IOException e) {
      return false;
    }
    long ended = time.nanoTime();
    waiting.answered(answerForced(), began, ended);
    return true;
  }

  /** Unless somebody else writes; who holds the pen may wait for the end of this force. */
  private void writeWhatWasLeft() {
    if (inbox.left() > 0 && pen.tryLock()) {
      try {
        carryOut(inbox.take(MAX_BATCH));
      } finally {
        pen.unlock();
      }
    }
  }

  /** Answers who waits for what is forced already: how many. */
  private int answerForced() {
    int answered = 0;
    long forced = journal.forced();
    for (Pending<?> next = waiting.pollUpTo(forced);
        next != null;
        next = waiting.pollUpTo(forced)) {
      answers.give(next);
      answered++;
    }
    return answered;
  }

  /** With the pen in hand: begins anew after a failed force, unless that was done. */
  private void recover() {
    if (!journal.hasFailed() || stopped != null) {
      return;
    }
    forcing.lock(); // who forces, gives its answers first
    try {
      List<Pending<?>> lost = takeLost();
      try {
        work.recover();
        lastDurable = journal.end();
      } catch (IOException | RuntimeException e) {
        fail(e);
      }
      // Told last, so that who hears of it finds a store that works, or one that says it does not.
      lost.forEach(pending -> answers.unknown(pending.command()));
    } finally {
      forcing.unlock();
    }
  }

  /** Answers who waited for what was forced before, and takes the others. */
  private List<Pending<?>> takeLost() {
    var lost = new ArrayList<Pending<?>>();
    long forced = journal.forced();
    for (Pending<?> next = waiting.poll(); next != null; next = waiting.poll()) {
      if (next.position() <= forced) {
        answers.give(next);
      } else {
        lost.add(next);
      }
    }
    return lost;
  }

  /** The store can do nothing more until it is opened again. */
  private void fail(Throwable cause) {
    stopped =
        new StorageException(
            "the store has failed and must be opened again: " + cause.getMessage(), cause);
    for (Pending<?> next = waiting.poll(); next != null; next = waiting.poll()) {
      answers.unknown(next.command());
    }
    refuseAll();
  }
}
