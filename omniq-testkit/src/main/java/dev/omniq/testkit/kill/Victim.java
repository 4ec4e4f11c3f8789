package dev.omniq.testkit.kill;

import static dev.omniq.TaskRequest.task;

import dev.omniq.Backend;
import dev.omniq.OmniQ;
import dev.omniq.Settings;
import dev.omniq.TaskContext;
import dev.omniq.TaskRequest;
import dev.omniq.storage.file.FileStoreOptions;
import dev.omniq.storage.file.shared.SharedFileStore;
import dev.omniq.storage.file.shared.SharedStoreOptions;
import dev.omniq.task.OmniTask;
import dev.omniq.task.TaskId;
import dev.omniq.task.TaskListener;
import dev.omniq.task.TimeSource;
import dev.omniq.worker.Worker;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A process that enqueues and works until it is killed. What it is about to do, what was
 * acknowledged to it and what its handlers did goes to a log of its own, unbuffered, which outlives
 * it.
 */
public final class Victim {
  static final int SERIES = 4;
  static final Duration LEASE = Duration.ofSeconds(1);

  private static @Nullable VictimLog log;

  private Victim() {}

  /**
   * Takes a few milliseconds, so that a kill finds handlers running; it leaves the machine alone.
   */
  @OmniTask
  public static String work(String payload) {
    TaskContext context = TaskContext.current();
    log().begin(context.taskId());
    try {
      boolean unused = new CountDownLatch(1).await(payload.length() % 5, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      // it ends sooner
    }
    log().write("end", context.taskId());
    return payload;
  }

  /** A run of a series. */
  @OmniTask
  public static void tick() {
    TaskContext context = TaskContext.current();
    log().begin(context.taskId());
    log().write("end", context.taskId());
  }

  /** Arguments: the URL of the store, the log, a seed. */
  public static void main(String[] args) throws Exception {
    var random = new Random(Long.parseLong(args[2]));
    try (OmniQ omniq = open(args[0], Path.of(args[1]))) {
      Worker worker = omniq.worker().concurrency(4).lease(LEASE).tasks(Victim.class).start();
      for (int i = 0; i < SERIES; i++) {
        omniq.enqueue(series(i));
      }
      log().line("ready " + worker.name());
      while (true) {
        enqueueSome(omniq, random);
      }
    }
  }

  /** Opens the store; that of files with small segments, so that it compacts all the time. */
  static OmniQ open(String url, Path logFile) throws IOException {
    log = new VictimLog(logFile);
    Settings settings = Settings.ofUrl(url).listener(Victim::settled).build();
    if (settings.backend() != Backend.FILE) {
      return OmniQ.open(settings);
    }
    SharedStoreOptions options =
        SharedStoreOptions.defaults().file(FileStoreOptions.defaults().segmentBytes(64 << 10));
    return OmniQ.on(SharedFileStore.open(settings.baseDir(), options), settings);
  }

  /** The log of this process. */
  static VictimLog log() {
    return Objects.requireNonNull(log, "open comes first");
  }

  static TaskRequest series(int number) {
    return task(Victim::tick).interval(Duration.ofMillis(20)).uniqueKey("series-" + number);
  }

  private static void enqueueSome(OmniQ omniq, Random random) {
    List<TaskRequest> requests = new ArrayList<>();
    List<TaskId> ids = new ArrayList<>();
    int count = random.nextInt(4) == 0 ? 1 + random.nextInt(20) : 1;
    for (int i = 0; i < count; i++) {
      TaskId id = TaskId.next(TimeSource.system().now());
      ids.add(id);
      requests.add(task(Victim::work, "x".repeat(random.nextInt(200))).id(id));
    }
    log().write("try", ids.toArray(TaskId[]::new));
    if (count == 1) {
      omniq.enqueue(requests.get(0));
    } else {
      omniq.enqueueAll(requests);
    }
    log().write("ack", ids.toArray(TaskId[]::new));
  }

  private static void settled(TaskListener.Transition transition) {
    switch (transition.kind()) {
      case SUCCEEDED, FAILED, RETRYING, SNOOZED, RELEASED, RESCUED ->
          log().settled(transition.task(), transition.kind());
      case ENQUEUED, STARTED, CANCELLED, RETRIED, RESCHEDULED -> {}
    }
  }
}
