package dev.omniq.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.fail;

import dev.omniq.storage.Applied;
import dev.omniq.storage.ClaimRequest;
import dev.omniq.storage.ClaimRequest.QueueLimit;
import dev.omniq.storage.Claimed;
import dev.omniq.storage.Transition;
import dev.omniq.storage.file.FileStore;
import dev.omniq.storage.file.FileStoreOptions;
import dev.omniq.task.ClaimToken;
import dev.omniq.task.DeleteOutcome;
import dev.omniq.task.Due;
import dev.omniq.task.NewTask;
import dev.omniq.task.OutcomeUnknownException;
import dev.omniq.task.StorageException;
import dev.omniq.task.Task;
import dev.omniq.task.TaskId;
import dev.omniq.task.TaskQuery;
import dev.omniq.task.TaskSpec;
import dev.omniq.task.TaskState;
import dev.omniq.task.TaskStatus;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Drives a file store with bursts of calls over a disk that tears writes, fails forces, fills up,
 * and loses power; after each crash, all that was acknowledged must be there, and nothing that was
 * refused. The seed is in the name of each run; the same seed draws the same calls and faults, as
 * far as the threads of the store meet them in the same order.
 */
class FileStoreFaultsTest {
  private static final Path HOME = Path.of("/store");
  private static final int BURST = 12;

  /** What the caller knows of a task: in which states it may be. */
  private enum Maybe {
    ABSENT,
    LIVE,
    SUCCESS
  }

  private final ManualClock clock = ManualClock.startingAt(Instant.parse("2026-11-23T10:00:00Z"));
  private final Map<TaskId, Set<Maybe>> known = new ConcurrentHashMap<>();
  private final List<Set<TaskId>> batches = new ArrayList<>();
  private Random random = new Random(0);
  private FaultyDisk disk = new FaultyDisk(0);
  private long tokens;

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20})
  void aStore_overADiskWithFaults_keepsWhatItAcknowledged(long seed) {
    random = new Random(seed);
    disk = new FaultyDisk(seed);
    for (int life = 0; life < 12; life++) {
      try (FileStore store = open()) {
        check(store);
        disk.chances(random.nextInt(3) * 0.05, random.nextInt(3) * 0.05);
        if (random.nextInt(4) == 0) {
          disk.capacity(20_000L + random.nextInt(60_000));
        }
        int bursts = 1 + random.nextInt(8);
        for (int i = 0; i < bursts; i++) {
          burst(store);
        }
        disk = random.nextBoolean() ? disk.afterPowerCut() : disk.afterKill();
      }
    }
    try (FileStore store = open()) {
      check(store);
    }
  }

  @Test
  void pagesThatAFailedForceDropped_areWrittenAnewByTheNextOwner() {
    FileStore first = open();
    disk.dieInNextForce();
    TaskSpec severalPages = TaskSpec.of("send", "[\"" + "x".repeat(50_000) + "\"]");
    TaskId id = TaskId.next(clock.now());
    known.put(id, EnumSet.of(Maybe.ABSENT, Maybe.LIVE));
    var insert = first.insert(List.of(NewTask.first(id, severalPages, Due.now())));
    assertThatThrownBy(insert::join).hasCauseInstanceOf(OutcomeUnknownException.class);
    disk = disk.afterKill();
    first.close();
    try (FileStore second = open()) {
      check(second); // what is shown here must stay
    }
    disk = disk.afterPowerCut();
    try (FileStore third = open()) {
      check(third);
    }
  }

  private FileStore open() {
    return FileStore.open(
        HOME, FileStoreOptions.defaults().disk(disk).time(clock).segmentBytes(6_000));
  }

  private void burst(FileStore store) {
    if (random.nextInt(5) == 0) {
      disk.tearNextWriteAt(random.nextInt(900), false);
    }
    if (random.nextInt(5) == 0) {
      store.compact();
    }
    List<Claimed> claimed = claim(store);
    var calls = new ArrayList<CompletableFuture<?>>();
    for (int i = 0; i < BURST; i++) {
      switch (random.nextInt(4)) {
        case 0, 1 -> calls.add(insert(store));
        case 2 -> {
          if (!claimed.isEmpty()) {
            calls.add(settle(store, claimed.remove(claimed.size() - 1)));
          }
        }
        default -> calls.add(delete(store));
      }
    }
    if (random.nextInt(6) == 0) {
      // The crash comes in the middle of the burst.
      disk.tearNextWriteAt(random.nextInt(3_000), true);
    }
    calls.forEach(call -> await(call));
  }

  private CompletableFuture<?> insert(FileStore store) {
    var tasks = new ArrayList<NewTask>();
    int count = 1 + random.nextInt(3);
    for (int i = 0; i < count; i++) {
      String arguments = "[\"" + "x".repeat(random.nextInt(10) == 0 ? 5_000 : 20) + "\"]";
      tasks.add(NewTask.first(TaskId.next(clock.now()), TaskSpec.of("send", arguments), Due.now()));
    }
    List<TaskId> ids = tasks.stream().map(NewTask::id).toList();
    batches.add(Set.copyOf(ids));
    ids.forEach(id -> known.put(id, EnumSet.of(Maybe.ABSENT)));
    return follow(
        store.insert(tasks),
        ids,
        done -> EnumSet.of(Maybe.LIVE),
        () -> EnumSet.of(Maybe.ABSENT, Maybe.LIVE));
  }

  private List<Claimed> claim(FileStore store) {
    var request =
        new ClaimRequest(
            new ClaimToken("worker", tokens + 1),
            6,
            List.of(new QueueLimit(TaskSpec.DEFAULT_QUEUE, 6)),
            Set.of("send"),
            1,
            Duration.ofSeconds(30));
    tokens += 6;
    try {
      return new ArrayList<>(store.claim(request).orTimeout(20, TimeUnit.SECONDS).join());
    } catch (CompletionException e) {
      return new ArrayList<>();
    }
  }

  private CompletableFuture<?> settle(FileStore store, Claimed claimed) {
    TaskState next =
        claimed.task().state().toBuilder()
            .status(TaskStatus.SUCCESS)
            .finishedAt(Optional.of(clock.now()))
            .build();
    var transition =
        new Transition(
            claimed.task().id(),
            new Transition.Expected.Holder(claimed.token()),
            next,
            Optional.empty());
    TaskId id = claimed.task().id();
    Set<Maybe> before = known.get(id);
    return follow(
        store.apply(List.of(transition)),
        List.of(id),
        done -> done.get(0).equals(Applied.APPLIED) ? EnumSet.of(Maybe.SUCCESS) : before,
        () -> with(before, Maybe.SUCCESS));
  }

  private CompletableFuture<?> delete(FileStore store) {
    if (known.isEmpty()) {
      return CompletableFuture.completedFuture(true);
    }
    var ids = new ArrayList<>(known.keySet());
    Collections.sort(ids);
    TaskId id = ids.get(random.nextInt(ids.size()));
    // Of tasks with a call under way, nothing could be said afterwards.
    if (known.get(id).size() > 1 || !known.get(id).contains(Maybe.SUCCESS)) {
      return CompletableFuture.completedFuture(true);
    }
    return follow(
        store.delete(List.of(id)),
        List.of(id),
        done -> done.get(0) == DeleteOutcome.RUNNING ? known.get(id) : EnumSet.of(Maybe.ABSENT),
        () -> EnumSet.of(Maybe.ABSENT, Maybe.SUCCESS));
  }

  private static Set<Maybe> with(Set<Maybe> states, Maybe another) {
    var all = EnumSet.copyOf(states);
    all.add(another);
    return all;
  }

  /** Notes what the answer to a call says of its tasks. */
  private <T> CompletableFuture<?> follow(
      CompletableFuture<T> call,
      List<TaskId> ids,
      java.util.function.Function<T, Set<Maybe>> done,
      java.util.function.Supplier<Set<Maybe>> unknown) {
    return call.orTimeout(20, TimeUnit.SECONDS)
        .handle(
            (value, failure) -> {
              synchronized (known) {
                if (failure == null) {
                  ids.forEach(id -> known.put(id, done.apply(value)));
                } else if (failure instanceof OutcomeUnknownException) {
                  ids.forEach(id -> known.put(id, unknown.get()));
                } else if (!(failure instanceof StorageException)) {
                  throw new AssertionError("a failure of another kind", failure);
                }
              }
              return true;
            });
  }

  private static void await(CompletableFuture<?> call) {
    call.orTimeout(20, TimeUnit.SECONDS).join();
  }

  private void check(FileStore store) {
    Map<TaskId, Maybe> found = new HashMap<>();
    for (Task task : list(store)) {
      found.put(task.id(), task.status() == TaskStatus.SUCCESS ? Maybe.SUCCESS : Maybe.LIVE);
    }
    known.forEach(
        (id, states) -> {
          Maybe state = found.getOrDefault(id, Maybe.ABSENT);
          if (!states.contains(state)) {
            fail("task %s is %s, but must be one of %s", id, state, states);
          }
        });
    assertThat(known.keySet()).containsAll(found.keySet());
    // From here on, what is there is known.
    known.replaceAll((id, states) -> EnumSet.of(found.getOrDefault(id, Maybe.ABSENT)));
  }

  private static List<Task> list(FileStore store) {
    List<Task> all = new ArrayList<>();
    @Nullable TaskId last = null;
    while (true) {
      TaskQuery query = TaskQuery.all().limit(500);
      List<Task> page =
          store
              .list(last == null ? query : query.after(last))
              .orTimeout(20, TimeUnit.SECONDS)
              .join();
      if (page.isEmpty()) {
        return all;
      }
      all.addAll(page);
      last = page.get(page.size() - 1).id();
    }
  }
}
