package dev.omniq.testkit;

import static dev.omniq.testkit.Samples.NOON;
import static dev.omniq.testkit.Samples.id;
import static org.assertj.core.api.Assertions.assertThat;

import dev.omniq.storage.Applied;
import dev.omniq.storage.Claimed;
import dev.omniq.storage.ExpiredClaim;
import dev.omniq.storage.Inserted;
import dev.omniq.storage.LeaseExtension;
import dev.omniq.storage.TaskStore;
import dev.omniq.storage.Transition;
import dev.omniq.task.ClaimToken;
import dev.omniq.task.DeleteOutcome;
import dev.omniq.task.NewTask;
import dev.omniq.task.Task;
import dev.omniq.task.TaskId;
import dev.omniq.task.TaskQuery;
import dev.omniq.task.TaskStatus;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/**
 * What the tests of a contract share: an open store, a clock that stands at noon, and short words
 * for what a queue does with a store.
 */
abstract class ContractFixture {
  private final Supplier<? extends StoreHome> homes;
  private StoreHome home = ModelStorage::new;
  private long lastToken;

  ManualClock clock = ManualClock.startingAt(NOON);
  TaskStore store = new ModelStorage(clock);

  ContractFixture(Supplier<? extends StoreHome> homes) {
    this.homes = homes;
  }

  @BeforeEach
  void openStore() {
    home = homes.get();
    store = home.open(clock);
  }

  @AfterEach
  void closeStore() {
    store.close();
    home.demolish();
  }

  StoreHome home() {
    return home;
  }

  // ---- what a queue does ----

  List<Inserted> insert(NewTask... tasks) {
    return get(store.insert(List.of(tasks)));
  }

  /** A request with tokens that no other one of this test has. */
  Ask ask() {
    lastToken += 1_000;
    return Ask.from(new ClaimToken(Ask.WORKER, lastToken));
  }

  List<Claimed> claim() {
    return claim(ask());
  }

  List<Claimed> claim(Ask ask) {
    return get(store.claim(ask.request()));
  }

  List<TaskId> claimedIds(Ask ask) {
    return claim(ask).stream().map(claimed -> claimed.task().id()).toList();
  }

  /** Stores a task and claims it, and nothing else. */
  Claimed start(NewTask task) {
    insert(task);
    return claimOnly(task.id());
  }

  Claimed claimOnly(TaskId id) {
    List<Claimed> claimed = claim();
    assertThat(claimed).extracting(each -> each.task().id()).containsExactly(id);
    return claimed.get(0);
  }

  /** A finished task. */
  Task finish(NewTask task) {
    Claimed claimed = start(task);
    assertThat(apply(Samples.success(claimed))).isEqualTo(Applied.APPLIED);
    return find(task.id());
  }

  Applied apply(Transition transition) {
    return get(store.apply(List.of(transition))).get(0);
  }

  Applied extend(ClaimToken token, Duration lease) {
    return get(store.extend(new LeaseExtension(token.worker(), List.of(token), lease))).get(0);
  }

  List<ExpiredClaim> expired() {
    return get(store.expired(100));
  }

  DeleteOutcome delete(TaskId id) {
    return get(store.delete(List.of(id))).get(0);
  }

  // ---- what is there ----

  Task find(TaskId id) {
    return lookUp(id).orElseThrow(() -> new AssertionError("there is no task " + id));
  }

  Optional<Task> lookUp(TaskId id) {
    return get(store.find(id));
  }

  TaskStatus status(int number) {
    return find(id(number)).status();
  }

  List<TaskId> list(TaskQuery query) {
    return get(store.list(query)).stream().map(Task::id).toList();
  }

  Optional<TaskId> liveRun(TaskId seriesId) {
    return get(store.liveRun(seriesId)).map(Task::id);
  }

  static List<TaskId> ids(int... numbers) {
    return IntStream.of(numbers).mapToObj(Samples::id).toList();
  }

  /** The answer, or what the call failed with. */
  static <T> T get(CompletableFuture<T> answer) {
    try {
      return answer.get(30, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      throw e.getCause() instanceof RuntimeException cause ? cause : new CompletionException(e);
    } catch (InterruptedException | TimeoutException e) {
      throw new AssertionError("no answer", e);
    }
  }
}
