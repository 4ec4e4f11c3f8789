package dev.omniq.testkit;

import static dev.omniq.testkit.Samples.HOUR;
import static dev.omniq.testkit.Samples.LEASE;
import static dev.omniq.testkit.Samples.NOON;
import static dev.omniq.testkit.Samples.id;
import static dev.omniq.testkit.Samples.keyed;
import static dev.omniq.testkit.Samples.success;
import static dev.omniq.testkit.Samples.task;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.omniq.storage.Applied;
import dev.omniq.storage.Claimed;
import dev.omniq.storage.Inserted;
import dev.omniq.storage.LeaseExtension;
import dev.omniq.storage.Retention;
import dev.omniq.storage.TaskStore;
import dev.omniq.task.ClaimToken;
import dev.omniq.task.NewTask;
import dev.omniq.task.StorageException;
import dev.omniq.task.TaskId;
import dev.omniq.task.TaskQuery;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** What every store keeps whichever method is called: closing, empty lists, interrupts, threads. */
abstract class CallsContract extends ContractFixture {
  private static final int THREADS = 4;

  CallsContract(Supplier<? extends StoreHome> homes) {
    super(homes);
  }

  /** A call of each method that answers with a future; the tokens and ids are of task 1. */
  private static Map<String, Function<TaskStore, CompletableFuture<?>>> calls(Claimed claimed) {
    TaskId id = claimed.task().id();
    var tokens = List.of(claimed.token());
    Map<String, Function<TaskStore, CompletableFuture<?>>> calls = new LinkedHashMap<>();
    calls.put("insert", store -> store.insert(List.of(task(2))));
    calls.put("insertByCaller", store -> store.insertByCaller(List.of(task(3))));
    calls.put("claim", store -> store.claim(Ask.from(new ClaimToken("other", 1)).request()));
    calls.put(
        "claimByCaller",
        store -> store.claimByCaller(Ask.from(new ClaimToken("another", 1)).request()));
    calls.put("extend", store -> store.extend(new LeaseExtension(Ask.WORKER, tokens, LEASE)));
    calls.put("expired", store -> store.expired(10));
    calls.put("nextDue", store -> store.nextDue(Ask.from(claimed.token().plus(9)).request()));
    calls.put(
        "nextDueByCaller",
        store -> store.nextDueByCaller(Ask.from(claimed.token().plus(9)).request()));
    calls.put("annotate", store -> store.annotate(List.of(LeaseContract.note(claimed, "note"))));
    calls.put("find", store -> store.find(id));
    calls.put("list", store -> store.list(TaskQuery.all()));
    calls.put("liveRun", store -> store.liveRun(id));
    calls.put("stats", TaskStore::stats);
    calls.put("workers", TaskStore::workers);
    calls.put("changes", store -> store.changes(0, 10));
    calls.put("purge", store -> store.purge(Retention.defaults(), 10));
    calls.put("apply", store -> store.apply(List.of(success(claimed))));
    calls.put("delete", store -> store.delete(List.of(id)));
    return calls;
  }

  // ---- closing ----

  @TestFactory
  Stream<DynamicTest> calls_afterClose_fail() {
    Claimed claimed = start(task(1));
    store.close();
    return each(
        claimed,
        call ->
            assertThatThrownBy(() -> get(call.apply(store))).isInstanceOf(StorageException.class));
  }

  @Test
  void close_again_doesNothing() {
    store.close();

    store.close();

    assertThatThrownBy(() -> lookUp(id(1))).isInstanceOf(StorageException.class);
  }

  @Test
  void close_finishesTheCallsThatAreUnderWay() {
    List<CompletableFuture<List<Inserted>>> underWay =
        IntStream.range(0, 50).mapToObj(n -> store.insert(List.of(task(n)))).toList();

    store.close();

    for (int n = 0; n < underWay.size(); n++) {
      assertThat(get(underWay.get(n))).containsExactly(new Inserted(id(n), true));
    }
  }

  // ---- empty lists ----

  @Test
  void emptyLists_areAnsweredWithEmptyLists() {
    assertThat(get(store.insert(List.of()))).isEmpty();
    assertThat(get(store.apply(List.of()))).isEmpty();
    assertThat(get(store.annotate(List.of()))).isEmpty();
    assertThat(get(store.delete(List.of()))).isEmpty();
    assertThat(get(store.extend(new LeaseExtension("idle", List.of(), LEASE)))).isEmpty();
    assertThat(get(store.claim(ask().withoutNames().request()))).isEmpty();
  }

  // ---- interrupts ----

  @TestFactory
  Stream<DynamicTest> callers_whoAreInterrupted_disturbNobody() {
    Claimed claimed = start(task(1));
    return each(
        claimed,
        call -> {
          CompletableFuture<?> interrupted = callInterrupted(call);
          get(interrupted);
          assertThat(insert(task(9))).extracting(Inserted::id).containsExactly(id(9));
          assertThat(lookUp(id(9))).isPresent();
          assertThat(list(TaskQuery.all())).contains(id(9));
        });
  }

  private CompletableFuture<?> callInterrupted(Function<TaskStore, CompletableFuture<?>> call) {
    Thread.currentThread().interrupt();
    try {
      return call.apply(store);
    } finally {
      assertThat(Thread.interrupted()).describedAs("the interrupt is kept").isTrue();
    }
  }

  @Test
  void answer_thatACallerCancels_changesNothing() {
    store.insert(List.of(task(1))).cancel(true);

    assertThat(insert(task(1))).extracting(Inserted::id).containsExactly(id(1));
    assertThat(lookUp(id(1))).isPresent();
  }

  private Stream<DynamicTest> each(Claimed claimed, Attempt attempt) {
    return calls(claimed).entrySet().stream()
        .map(call -> DynamicTest.dynamicTest(call.getKey(), () -> attempt.make(call.getValue())));
  }

  /** What is tried with each call. */
  private interface Attempt {
    void make(Function<TaskStore, CompletableFuture<?>> call);
  }

  // ---- many callers ----

  @Test
  void workers_whoClaimTogether_neverTakeOneTaskTwice() throws Exception {
    insert(IntStream.range(0, 400).mapToObj(Samples::task).toArray(NewTask[]::new));

    List<List<TaskId>> taken = together(number -> () -> claimAll("worker-" + number));

    assertThat(taken.stream().flatMap(List::stream).toList()).hasSize(400).doesNotHaveDuplicates();
  }

  private List<TaskId> claimAll(String worker) {
    List<TaskId> taken = new ArrayList<>();
    for (long sequence = 1; ; sequence += 7) {
      Ask ask = Ask.from(new ClaimToken(worker, sequence)).limit(7);
      List<Claimed> claimed = get(store.claim(ask.request()));
      if (claimed.isEmpty()) {
        return taken;
      }
      claimed.forEach(each -> taken.add(each.task().id()));
    }
  }

  @Test
  void settlements_thatComeTogether_areEachMadeOnce() throws Exception {
    insert(IntStream.range(0, 100).mapToObj(Samples::task).toArray(NewTask[]::new));
    List<Claimed> claimed = claim();

    List<Long> applied =
        together(
            number ->
                () ->
                    claimed.stream()
                        .map(each -> get(store.apply(List.of(success(each)))).get(0))
                        .filter(Applied.APPLIED::equals)
                        .count());

    assertThat(applied.stream().mapToLong(Long::longValue).sum()).isEqualTo(100);
  }

  @Test
  void inserts_ofOneKey_thatComeTogether_createOneTask() throws Exception {
    List<Set<TaskId>> holders =
        together(
            number ->
                () -> {
                  Set<TaskId> told = new HashSet<>();
                  for (int n = 0; n < 25; n++) {
                    told.add(insert(task(100 * number + n, keyed("key"))).get(0).id());
                  }
                  return told;
                });

    Set<TaskId> all = new HashSet<>();
    holders.forEach(all::addAll);
    assertThat(all).hasSize(1);
    assertThat(list(TaskQuery.all())).containsExactlyElementsOf(all);
  }

  @Test
  void wholeLives_thatGoOnTogether_allComeToTheirEnd() throws Exception {
    together(
        number ->
            () -> {
              for (int n = 0; n < 25; n++) {
                insert(task(100 * number + n));
                var token = new ClaimToken("worker-" + number, n);
                for (Claimed claimed : get(store.claim(Ask.from(token).limit(1).request()))) {
                  extend(claimed.token(), HOUR);
                  apply(success(claimed));
                }
              }
              return number;
            });

    assertThat(list(TaskQuery.all().live())).isEmpty();
    assertThat(list(TaskQuery.all())).hasSize(25 * THREADS);
    assertThat(store.now()).isEqualTo(NOON);
  }

  private static <T> List<T> together(Function<Integer, Callable<T>> work) throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(THREADS);
    try {
      List<Future<T>> running = new ArrayList<>();
      for (int number = 1; number <= THREADS; number++) {
        running.add(threads.submit(work.apply(number)));
      }
      List<T> answers = new ArrayList<>();
      for (Future<T> each : running) {
        answers.add(each.get(60, TimeUnit.SECONDS));
      }
      return answers;
    } finally {
      threads.shutdownNow();
    }
  }
}
