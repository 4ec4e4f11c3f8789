package dev.omniq.testkit;

import static dev.omniq.testkit.Samples.HOUR;
import static dev.omniq.testkit.Samples.MINUTE;
import static java.util.stream.Collectors.toMap;
import static java.util.stream.Collectors.toSet;

import dev.omniq.storage.Annotation;
import dev.omniq.storage.ClaimRequest;
import dev.omniq.storage.Claimed;
import dev.omniq.storage.ExpiredClaim;
import dev.omniq.storage.LeaseExtension;
import dev.omniq.storage.Retention;
import dev.omniq.storage.TaskStore;
import dev.omniq.storage.Transition;
import dev.omniq.storage.Transition.Expected;
import dev.omniq.storage.WorkerInfo;
import dev.omniq.task.ClaimToken;
import dev.omniq.task.NewTask;
import dev.omniq.task.Task;
import dev.omniq.task.TaskId;
import dev.omniq.task.TaskQuery;
import dev.omniq.task.TaskState;
import dev.omniq.task.TaskStatus;
import dev.omniq.testkit.Call.Kind;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.function.Predicate;

/** Draws the calls of a simulation, with what it remembers of the answers so far. */
final class RandomCalls {
  private static final int REMEMBERED = 40;
  private static final Duration FOR_EVER = Duration.ofDays(100_000);

  private final Random random;
  private final RandomTasks tasks;
  private final List<Claimed> claims = new ArrayList<>();
  private final List<ClaimRequest> requests = new ArrayList<>();
  private ModelStorage model;
  private long lastToken;
  private int life;

  RandomCalls(Random random, RandomTasks tasks, ModelStorage model) {
    this.random = random;
    this.tasks = tasks;
    this.model = model;
  }

  /** Draws from another model from now on. */
  void goOnWith(ModelStorage newModel) {
    model = newModel;
  }

  /** Goes on with what the next process finds: its workers are others. */
  void reopened(ModelStorage newModel) {
    model = newModel;
    life++;
    // Nor need it know a claim of which nothing was left when it was opened.
    requests.removeIf(request -> !model.holdsOf(request.first()));
  }

  /** A store need not know for ever what a silent worker claimed: it is not repeated so late. */
  void longTimePassed() {
    requests.clear();
  }

  // ---- what to call ----

  Call<?> any() {
    return chance(70) ? change() : look();
  }

  Call<?> change() {
    return chance(75) ? message() : several();
  }

  /** A single message to the store, which may travel with others. */
  Call<?> message() {
    return switch (random.nextInt(15)) {
      case 0, 1, 2, 3 -> insert();
      case 4, 5 -> claim();
      case 6, 7, 8 -> settle();
      case 9 -> extend();
      case 10 -> annotate();
      case 11 -> cancel();
      case 12 -> retry();
      case 13 -> reschedule();
      default -> chance(50) ? delete() : claimAgain();
    };
  }

  private Call<?> several() {
    return switch (random.nextInt(6)) {
      case 0, 1, 2 -> rescue();
      case 3 -> purge();
      case 4 -> forbidden();
      default -> claim();
    };
  }

  Call<?> look() {
    return switch (random.nextInt(7)) {
      case 0 -> find();
      case 1 -> list();
      case 2 -> liveRun(tasks.id());
      case 3 -> nextDue();
      case 4 -> expired();
      case 5 -> workers();
      default -> stats();
    };
  }

  // ---- changes ----

  private Call<?> insert() {
    List<NewTask> list = new ArrayList<>();
    int count = chance(60) ? 1 : 1 + random.nextInt(5);
    for (int n = 0; n < count; n++) {
      list.add(tasks.task());
    }
    return waits()
        ? Call.of("insertByCaller " + list, Kind.DURABLE, store -> store.insertByCaller(list))
        : Call.of("insert " + list, Kind.DURABLE, store -> store.insert(list));
  }

  private Call<?> claim() {
    lastToken += 10;
    String worker = "life-" + life + "-worker-" + random.nextInt(3);
    return claim(tasks.request(new ClaimToken(worker, lastToken)));
  }

  private Call<?> claimAgain() {
    return requests.isEmpty() ? claim() : claim(tasks.oneOf(requests));
  }

  private Call<?> claim(ClaimRequest request) {
    return (waits()
            ? Call.of(
                "claimByCaller " + request, Kind.FLEETING, store -> store.claimByCaller(request))
            : Call.of("claim " + request, Kind.FLEETING, store -> store.claim(request)))
        .learning(
            answer -> {
              if (!answer.isEmpty()) {
                remember(requests, request);
              }
              answer.forEach(claimed -> remember(claims, claimed));
            });
  }

  private Call<?> settle() {
    if (claims.isEmpty()) {
      return claim();
    }
    List<Transition> transitions =
        tasks.some(claims, 3).stream()
            .map(
                claimed -> {
                  TaskState next = tasks.settled(claimed.task());
                  Optional<NewTask> followUp =
                      next.status().isFinished()
                          ? tasks.followUp(claimed.task())
                          : Optional.empty();
                  var holder = new Expected.Holder(claimed.token());
                  return new Transition(claimed.task().id(), holder, next, followUp);
                })
            .toList();
    return apply("settle", transitions);
  }

  private Call<?> cancel() {
    return observe("cancel", task -> task.status().isLive(), tasks::cancelled);
  }

  private Call<?> retry() {
    return observe("retry", task -> task.status().isFinished(), tasks::retried);
  }

  private Call<?> reschedule() {
    return observe("reschedule", task -> task.status() == TaskStatus.PENDING, tasks::rescheduled);
  }

  private Call<?> forbidden() {
    return observe("any transition", task -> true, tasks::any);
  }

  private Call<?> observe(String text, Predicate<Task> which, Function<Task, TaskState> next) {
    List<Task> candidates = all().stream().filter(which).toList();
    if (candidates.isEmpty()) {
      return insert();
    }
    Task task = tasks.oneOf(candidates);
    int revision = task.state().revision() - (chance(15) ? 1 : 0);
    var observer = new Expected.Observer(revision);
    var transition = new Transition(task.id(), observer, next.apply(task), Optional.empty());
    return apply(text, List.of(transition));
  }

  private static Call<?> apply(String text, List<Transition> transitions) {
    return Call.of(text + " " + transitions, Kind.DURABLE, store -> store.apply(transitions));
  }

  private Call<?> extend() {
    List<ClaimToken> tokens = tasks.some(claims, 4).stream().map(Claimed::token).toList();
    String worker = tokens.isEmpty() ? "idle" : tokens.get(0).worker();
    var own = tokens.stream().filter(token -> token.worker().equals(worker)).toList();
    var extension = new LeaseExtension(worker, own, tasks.lease());
    return Call.of("extend " + extension, Kind.FLEETING, store -> store.extend(extension));
  }

  /** Gives claims a lease whose length is known. */
  static Call<?> renew(String worker, List<ClaimToken> tokens) {
    var extension = new LeaseExtension(worker, tokens, MINUTE);
    return Call.of("renew " + extension, Kind.FLEETING, store -> store.extend(extension));
  }

  private Call<?> annotate() {
    if (claims.isEmpty()) {
      return claim();
    }
    List<Annotation> notes =
        tasks.some(claims, 3).stream()
            .map(each -> new Annotation(each.task().id(), each.token(), tasks.notes()))
            .toList();
    return Call.of("annotate " + notes, Kind.FLEETING, store -> store.annotate(notes));
  }

  private Call<?> delete() {
    List<TaskId> ids = List.of(tasks.id(), tasks.id());
    return Call.of("delete " + ids, Kind.DURABLE, store -> store.delete(ids));
  }

  /**
   * Each store is asked for itself what has expired, because each counts extensions for itself; now
   * and then the holders extend between the look and the rescue.
   */
  private Call<?> rescue() {
    boolean late = chance(25);
    int only = random.nextInt(3);
    var next = new HashMap<TaskId, TaskState>();
    all().forEach(task -> next.put(task.id(), tasks.lost(task)));
    return Call.of(
        "rescue " + (late ? "too late, " : "") + only,
        Kind.ALONE,
        store ->
            store
                .expired(1_000)
                .thenCompose(
                    found -> {
                      List<ExpiredClaim> chosen =
                          found.stream()
                              .sorted(Comparator.comparing(each -> each.task().id()))
                              .skip(only)
                              .toList();
                      return (late ? extendAll(store, chosen) : CompletableFuture.allOf())
                          .thenCompose(
                              done ->
                                  store.apply(
                                      chosen.stream().map(each -> rescue(each, next)).toList()));
                    }));
  }

  private static Transition rescue(ExpiredClaim expired, Map<TaskId, TaskState> next) {
    var rescuer = new Expected.Rescuer(expired.token(), expired.extensions());
    TaskId id = expired.task().id();
    return new Transition(id, rescuer, Objects.requireNonNull(next.get(id)), Optional.empty());
  }

  private static CompletableFuture<Void> extendAll(TaskStore store, List<ExpiredClaim> claims) {
    return CompletableFuture.allOf(
        claims.stream()
            .map(ExpiredClaim::token)
            .map(token -> new LeaseExtension(token.worker(), List.of(token), MINUTE))
            .map(store::extend)
            .toArray(CompletableFuture<?>[]::new));
  }

  /** In steps or at once, by age or by number: what is gone in the end is the same. */
  private Call<?> purge() {
    int step = chance(50) ? 2 : 1_000;
    Retention retention =
        chance(60)
            ? new Retention(MINUTE, HOUR, 1_000)
            : new Retention(FOR_EVER, FOR_EVER, random.nextInt(20));
    return Call.of(
        "purge " + retention + " by " + step, Kind.ALONE, store -> purge(store, retention, step));
  }

  private static CompletableFuture<Integer> purge(TaskStore store, Retention kept, int step) {
    return store
        .purge(kept, step)
        .thenCompose(
            gone ->
                gone == 0
                    ? CompletableFuture.completedFuture(0)
                    : purge(store, kept, step).thenApply(more -> gone + more));
  }

  // ---- looks ----

  private Call<?> find() {
    TaskId id = tasks.id();
    return Call.read("find " + id, store -> store.find(id), found -> found);
  }

  private Call<?> list() {
    TaskQuery query = tasks.query();
    return Call.read("list " + query, store -> store.list(query), found -> found);
  }

  Call<?> liveRun(TaskId id) {
    return Call.read("liveRun " + id, store -> store.liveRun(id), found -> found);
  }

  /** All times up to now mean now. */
  private Call<?> nextDue() {
    ClaimRequest request = tasks.request(new ClaimToken("asks", 1));
    Instant now = tasks.now();
    boolean waits = waits();
    return Call.read(
        (waits ? "nextDueByCaller " : "nextDue ") + request,
        store -> waits ? store.nextDueByCaller(request) : store.nextDue(request),
        due -> due.map(time -> time.isBefore(now) ? now : time));
  }

  /** Whether a call is made as by a caller that is about to wait for it. */
  private boolean waits() {
    return random.nextBoolean();
  }

  Call<?> expired() {
    return Call.read(
        "expired",
        store -> store.expired(1_000),
        found ->
            found.stream().map(each -> new Claimed(each.task(), each.token())).collect(toSet()));
  }

  Call<?> workers() {
    return Call.read(
        "workers",
        TaskStore::workers,
        found ->
            found.stream()
                .filter(info -> info.running() > 0)
                .collect(toMap(WorkerInfo::worker, WorkerInfo::running)));
  }

  Call<?> stats() {
    return Call.read("stats", TaskStore::stats, Normal::stats);
  }

  Call<?> everything() {
    TaskQuery all = TaskQuery.all().limit(TaskQuery.MAX_LIMIT);
    return Call.read("list everything", store -> store.list(all), found -> found);
  }

  private List<Task> all() {
    return model.list(TaskQuery.all().limit(TaskQuery.MAX_LIMIT)).join();
  }

  private boolean chance(int percent) {
    return tasks.chance(percent);
  }

  private static <T> void remember(List<T> memory, T one) {
    memory.remove(one);
    memory.add(one);
    if (memory.size() > REMEMBERED) {
      memory.remove(0);
    }
  }
}
