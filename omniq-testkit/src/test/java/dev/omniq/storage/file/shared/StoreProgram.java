package dev.omniq.storage.file.shared;

import dev.omniq.storage.Applied;
import dev.omniq.storage.ClaimRequest;
import dev.omniq.storage.ClaimRequest.QueueLimit;
import dev.omniq.storage.Claimed;
import dev.omniq.storage.TaskStore;
import dev.omniq.storage.Transition;
import dev.omniq.storage.Transition.Expected;
import dev.omniq.task.ClaimToken;
import dev.omniq.task.Due;
import dev.omniq.task.NewTask;
import dev.omniq.task.TaskId;
import dev.omniq.task.TaskQuery;
import dev.omniq.task.TaskSpec;
import dev.omniq.task.TaskState;
import dev.omniq.task.TaskStatus;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A process that shares a directory with others. It does what lines of its input say and prints
 * what became of it; {@link StoreProcess} talks to it.
 */
final class StoreProgram {
  private static final int THREADS = 3;
  private static final String NAME = "work";
  private static final Duration LEASE = Duration.ofMinutes(5);

  private final TaskStore store;
  private final String worker = "worker-" + ProcessHandle.current().pid();
  private final AtomicLong sequence = new AtomicLong();
  private final List<Claimed> held = new ArrayList<>();
  private final List<Thread> threads = new ArrayList<>();
  private volatile boolean loaded;

  private StoreProgram(TaskStore store) {
    this.store = store;
  }

  /** The directory, and the patience in milliseconds. */
  public static void main(String[] args) throws Exception {
    var options =
        SharedStoreOptions.defaults().patience(Duration.ofMillis(Long.parseLong(args[1])));
    try (TaskStore store = SharedFileStore.open(Path.of(args[0]), options)) {
      say("ready");
      var program = new StoreProgram(store);
      var input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
      for (String line = input.readLine(); line != null; line = input.readLine()) {
        if (line.equals("close")) {
          break;
        }
        program.obey(line);
      }
      program.unload();
    }
    say("closed");
  }

  private void obey(String line) throws InterruptedException {
    try {
      switch (line) {
        case "insert" -> say("inserted " + insert());
        case "claim" -> say("claimed " + claim().map(each -> each.task().id().toString()));
        case "settle" -> say("settled " + settle(held.remove(0)));
        case "expired" -> say("expired " + get(store.expired(100)).size());
        case "count" -> say("count " + get(store.list(TaskQuery.all().limit(10_000))).size());
        case "load" -> load();
        case "unload" -> unload();
        default -> throw new IllegalArgumentException(line);
      }
    } catch (RuntimeException e) {
      say("failed " + e.getClass().getSimpleName() + " " + e.getMessage());
    }
  }

  private TaskId insert() {
    TaskId id = TaskId.next(store.now());
    get(store.insert(List.of(NewTask.first(id, TaskSpec.of(NAME, "[\"argument\"]"), Due.now()))));
    return id;
  }

  private Optional<Claimed> claim() {
    var request =
        new ClaimRequest(
            new ClaimToken(worker, sequence.incrementAndGet()),
            1,
            List.of(new QueueLimit(TaskSpec.DEFAULT_QUEUE, 1)),
            Set.of(NAME),
            1,
            LEASE);
    List<Claimed> claimed = get(store.claim(request));
    held.addAll(claimed);
    return claimed.stream().findFirst();
  }

  private Applied settle(Claimed claimed) {
    TaskState next =
        claimed.task().state().toBuilder()
            .status(TaskStatus.SUCCESS)
            .finishedAt(Optional.of(store.now()))
            .result(Optional.of("\"done\""))
            .build();
    var transition =
        new Transition(
            claimed.task().id(), new Expected.Holder(claimed.token()), next, Optional.empty());
    return get(store.apply(List.of(transition))).get(0);
  }

  private void load() {
    loaded = true;
    for (int i = 0; i < THREADS; i++) {
      var thread = new Thread(this::work);
      threads.add(thread);
      thread.start();
    }
  }

  private void work() {
    String own = worker + "-" + Thread.currentThread().getId();
    for (long n = 1; loaded; n++) {
      try {
        say("+" + insert());
        for (Claimed claimed : get(store.claim(request(own, n)))) {
          say("*" + claimed.task().id());
          Applied applied = settle(claimed);
          say((applied.equals(Applied.APPLIED) ? "=" : "stale ") + claimed.task().id());
        }
      } catch (RuntimeException e) {
        say("failed " + e);
        return;
      }
    }
  }

  private static ClaimRequest request(String worker, long sequence) {
    return new ClaimRequest(
        new ClaimToken(worker, sequence),
        1,
        List.of(new QueueLimit(TaskSpec.DEFAULT_QUEUE, 1)),
        Set.of(NAME),
        1,
        LEASE);
  }

  private void unload() throws InterruptedException {
    loaded = false;
    for (Thread thread : threads) {
      thread.join();
    }
    threads.clear();
  }

  private static <T> T get(CompletableFuture<T> call) {
    try {
      return call.join();
    } catch (CompletionException e) {
      throw e.getCause() instanceof RuntimeException cause ? cause : e;
    }
  }

  private static void say(String line) {
    synchronized (StoreProgram.class) {
      System.out.println(line);
      System.out.flush();
    }
  }
}
