package dev.omniq.testkit.kill;

import dev.omniq.OmniQ;
import dev.omniq.TaskContext;
import dev.omniq.task.OmniTask;
import dev.omniq.worker.Worker;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** A process whose handlers hold their tasks until they were stopped past their lease. */
public final class Holder {
  static final Duration LEASE = Duration.ofSeconds(2);
  static final String LATE = "late";
  static final String RESCUED = "rescued";

  private Holder() {}

  /** How the first execution ends, which is stopped past its lease. */
  public enum End {
    /** As soon as the process goes on, with a result that comes too late. */
    BY_ITSELF,
    /** When it is interrupted. */
    INTERRUPTED
  }

  /** Its first execution holds; the one after that one was lost returns at once. */
  @OmniTask
  public static String hold(End end) {
    TaskContext context = TaskContext.current();
    Victim.log().begin(context.taskId());
    boolean first = context.task().state().losses() == 0;
    if (first) {
      try {
        holdUntil(end);
      } catch (InterruptedException e) {
        Victim.log().write("interrupted", context.taskId());
      }
    }
    Victim.log().write("end", context.taskId());
    return first ? LATE : RESCUED;
  }

  private static void holdUntil(End end) throws InterruptedException {
    var never = new CountDownLatch(1);
    long last = System.nanoTime();
    boolean stopped = false;
    while (!(stopped && end == End.BY_ITSELF)) {
      boolean unused = never.await(1, TimeUnit.MILLISECONDS);
      long now = System.nanoTime();
      stopped |= now - last >= LEASE.toNanos();
      last = now;
    }
  }

  /** Arguments: the URL of the store, the log. Ends in order when it is asked to. */
  public static void main(String[] args) throws Exception {
    OmniQ omniq = Victim.open(args[0], Path.of(args[1]));
    Runtime.getRuntime().addShutdownHook(new Thread(omniq::close));
    Worker worker = omniq.worker().concurrency(4).lease(LEASE).tasks(Holder.class).start();
    Victim.log().line("ready " + worker.name());
    new CountDownLatch(1).await();
  }
}
