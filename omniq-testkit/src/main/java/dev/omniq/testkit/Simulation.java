package dev.omniq.testkit;

import static dev.omniq.testkit.Samples.NOON;
import static dev.omniq.testkit.Samples.id;

import dev.omniq.storage.TaskStore;
import dev.omniq.testkit.Call.Kind;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * One run of the {@link Simulator}: a store and the model side by side.
 *
 * <p><b>Bursts.</b> Several calls are made of the store before the first answer is awaited, so that
 * they may share a write. Calls of one thread take effect in their order, so the model makes them
 * one after the other.
 *
 * <p><b>Crashes.</b> What a crash leaves is what the calls up to some point come to: at least those
 * that were answered, perhaps more of those that were not. The simulation keeps a model for each
 * such point and goes on with the one that equals what it finds. After a power cut those points
 * count too that follow the last durable call.
 */
final class Simulation {
  private static final int TRACE = 25;

  private final StoreHome home;
  private final Random random;
  private final RandomTasks tasks;
  private final RandomCalls calls;
  private final Deque<String> trace = new ArrayDeque<>();

  /** The models at the points to which a power cut may take back, the present one last. */
  private final List<ModelStorage> points = new ArrayList<>();

  private ManualClock clock;
  private ModelStorage model;
  private TaskStore store;

  Simulation(StoreHome home, long seed) {
    this.home = home;
    random = new Random(seed);
    clock = ManualClock.startingAt(NOON, random.nextLong());
    model = new ModelStorage(clock);
    tasks = new RandomTasks(random, () -> clock);
    calls = new RandomCalls(random, tasks, model);
    store = home.open(clock);
    points.add(model);
  }

  /** The last calls, the oldest first. */
  List<String> trace() {
    return List.copyOf(trace);
  }

  void step() {
    int dice = random.nextInt(100);
    if (dice < 70) {
      make(calls.any());
    } else if (dice < 82) {
      burst();
    } else if (dice < 96 || !(home instanceof DurableHome durable)) {
      moveClock();
    } else {
      endLife(durable);
    }
  }

  void close() {
    store.close();
    home.demolish();
  }

  // ---- calls ----

  private void make(Call<?> call) {
    note(call.text());
    compare(call, call.makeOf(store));
  }

  private void burst() {
    List<Call<?>> burst = drawBurst();
    List<CompletableFuture<Object>> answers = send(burst);
    for (int n = 0; n < burst.size(); n++) {
      compare(burst.get(n), answers.get(n));
    }
  }

  private List<Call<?>> drawBurst() {
    List<Call<?>> burst = new ArrayList<>();
    int count = 2 + random.nextInt(8);
    for (int n = 0; n < count; n++) {
      burst.add(calls.message());
    }
    return burst;
  }

  private List<CompletableFuture<Object>> send(List<Call<?>> burst) {
    List<CompletableFuture<Object>> answers = new ArrayList<>();
    for (Call<?> call : burst) {
      note("(in a burst) " + call.text());
      answers.add(call.makeOf(store));
    }
    return answers;
  }

  private void compare(Call<?> call, CompletableFuture<Object> answer) {
    Object expected = makeOfModel(call);
    requireEqual("answer to " + call.text(), expected, Call.outcome(answer));
    if (call.kind() != Kind.FLEETING) {
      answeredForGood();
    }
  }

  /** Makes the call of a copy, so that the model before it stays as a point to go back to. */
  private Object makeOfModel(Call<?> call) {
    if (home instanceof DurableHome) {
      model = model.copy();
      points.add(model);
      calls.goOnWith(model);
    }
    return call.makeOfModel(model);
  }

  /**
   * No crash goes back before the last call, unless that changed nothing, and so proves nothing.
   */
  private void answeredForGood() {
    int before = points.size() - 2;
    if (before >= 0 && !model.sameTasks(points.get(before))) {
      points.subList(0, before + 1).clear();
    }
  }

  private static void requireEqual(String what, Object expected, Object actual) {
    if (!Objects.equals(expected, actual)) {
      throw new AssertionError(difference(what, expected, actual));
    }
  }

  /** Without what both sides have. */
  private static String difference(String what, @Nullable Object model, @Nullable Object store) {
    if (model instanceof Map<?, ?> one && store instanceof Map<?, ?> other) {
      return one.entrySet().stream()
          .filter(entry -> !entry.getValue().equals(other.get(entry.getKey())))
          .map(
              entry ->
                  difference(
                      entry.getKey().toString(), entry.getValue(), other.get(entry.getKey())))
          .collect(Collectors.joining("\n"));
    }
    if (model instanceof Collection<?> one && store instanceof Collection<?> other) {
      var onlyModel = new ArrayList<Object>(one);
      var onlyStore = new ArrayList<Object>(other);
      onlyModel.removeAll(other);
      onlyStore.removeAll(one);
      if (!onlyModel.isEmpty() || !onlyStore.isEmpty()) {
        return "%s differs%n  model: %s%n  store: %s".formatted(what, onlyModel, onlyStore);
      }
    }
    return "%s differs%n  model: %s%n  store: %s".formatted(what, model, store);
  }

  /** Compares all that can be seen. */
  void compareContent() {
    requireEqual("content", content(model), content(store));
  }

  private Map<String, Object> content(TaskStore of) {
    Map<String, Object> content = new LinkedHashMap<>();
    List<Call<?>> looks = new ArrayList<>();
    looks.add(calls.everything());
    looks.add(calls.stats());
    looks.add(calls.workers());
    looks.add(calls.expired());
    for (int number = 0; number < RandomTasks.IDS; number++) {
      looks.add(calls.liveRun(id(number)));
    }
    List<CompletableFuture<Object>> answers = looks.stream().map(look -> look.makeOf(of)).toList();
    for (int n = 0; n < looks.size(); n++) {
      content.put(looks.get(n).text(), Call.outcome(answers.get(n)));
    }
    return content;
  }

  // ---- time ----

  private void moveClock() {
    if (random.nextInt(10) == 0) {
      Duration jump = Duration.ofMinutes(random.nextInt(120) - 60L);
      note("jump " + jump);
      clock.jump(jump);
      return;
    }
    boolean far = random.nextInt(4) == 0;
    Duration time = Duration.ofMillis(random.nextInt(far ? 900_000 : 3_000));
    note("advance " + time);
    clock.advance(time);
    if (far) {
      calls.longTimePassed();
    }
  }

  // ---- lives ----

  private void endLife(DurableHome durable) {
    switch (random.nextInt(4)) {
      case 0 -> {
        note("compact");
        durable.compact(store);
      }
      case 1 -> {
        note("close and open");
        store.close();
        open(List.of(model));
      }
      default -> crash(durable);
    }
  }

  /** Crashes while a burst is under way, of which some calls may be answered. */
  private void crash(DurableHome durable) {
    List<Call<?>> burst = random.nextBoolean() ? drawBurst() : List.of();
    List<CompletableFuture<Object>> answers = send(burst);
    if (!burst.isEmpty() && random.nextBoolean()) {
      Call.outcome(answers.get(random.nextInt(answers.size())));
    }
    // A dead process answers nothing: what is answered only now does not count.
    List<Boolean> answered = answers.stream().map(CompletableFuture::isDone).toList();
    DurableHome.Loss loss = durable.crash(store);
    note("crash: " + loss);
    if (loss == DurableHome.Loss.UNANSWERED) {
      points.subList(0, points.size() - 1).clear();
    }
    for (int n = 0; n < burst.size(); n++) {
      Object expected = makeOfModel(burst.get(n));
      if (answered.get(n)) {
        requireEqual("answer to " + burst.get(n).text(), expected, Call.outcome(answers.get(n)));
        if (loss == DurableHome.Loss.UNANSWERED || burst.get(n).kind() == Kind.DURABLE) {
          answeredForGood();
        }
      }
    }
    open(List.copyOf(points));
  }

  /** In a new process the monotonic clock begins somewhere else. */
  private void open(List<ModelStorage> candidates) {
    clock = ManualClock.startingAt(clock.now(), random.nextLong());
    store = home.open(clock);
    Map<String, Object> found = content(store);
    model =
        candidates.stream()
            .map(candidate -> candidate.reopened(clock, leases()))
            .filter(candidate -> content(candidate).equals(found))
            .reduce((first, last) -> last)
            .orElseThrow(() -> new AssertionError(unexpected(candidates, found)));
    points.clear();
    points.add(model);
    calls.reopened(model);
    if (leases() == DurableHome.Leases.ANEW) {
      // How long a lease is shows only when it runs out: two points may differ in nothing else.
      model.held().forEach((worker, tokens) -> make(RandomCalls.renew(worker, tokens)));
    }
  }

  private DurableHome.Leases leases() {
    return ((DurableHome) home).leases();
  }

  private String unexpected(List<ModelStorage> candidates, Map<String, Object> found) {
    String nearest =
        candidates.stream()
            .map(point -> difference("content", content(point.reopened(clock, leases())), found))
            .min(Comparator.comparingInt(String::length))
            .orElseThrow();
    return "what is found equals none of %d points; the nearest: %n%s"
        .formatted(candidates.size(), nearest);
  }

  private void note(String text) {
    trace.addLast(text);
    if (trace.size() > TRACE) {
      trace.removeFirst();
    }
  }
}
