package dev.omniq.benchmarks;

import static dev.omniq.TaskRequest.task;

import dev.omniq.OmniQ;
import dev.omniq.Settings;
import dev.omniq.TaskRequest;
import dev.omniq.storage.Retention;
import dev.omniq.task.Task;
import dev.omniq.task.TaskId;
import dev.omniq.task.TaskQuery;
import dev.omniq.task.TaskStatus;
import dev.omniq.worker.Worker;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/**
 * What the pages of the dashboard ask of a deep store: as many tasks wait as the system property
 * {@code omniq.depth} says, a million by default, and as many have finished. What is asked for lies
 * where a walk from the newest task on comes last: what is rare is older than all else, half of
 * what waits is older than what has finished, and half is newer.
 */
final class LookWorkload {
  private static final int DEPTH = Integer.getInteger("omniq.depth", 1_000_000);
  private static final int BATCH = 5_000;
  private static final int REPEATED = 20;
  private static final int LEAST = 3;
  private static final double PATIENCE_MILLIS = 5_000;
  private static final int RARE = 20;
  private static final int FAILED = 1_000;
  private static final int CANCELLED = 100;
  private static final int SERIES = 100;
  private static final int RUNS = 20;
  private static final int RUNNING = 50;
  private static final int PAGE = 50;
  private static final Duration LATER = Duration.ofDays(30);
  private static final Retention ALL =
      new Retention(Duration.ofDays(365), Duration.ofDays(365), Long.MAX_VALUE);

  private final OmniQ omniq;
  private final Report report;
  private final Map<String, TaskQuery> questions = new LinkedHashMap<>();

  private LookWorkload(OmniQ omniq, Report report) {
    this.omniq = omniq;
    this.report = report;
  }

  static void run(Rounds rounds) throws Exception {
    try (Place.Fresh fresh = rounds.place().fresh();
        OmniQ omniq = OmniQ.open(Settings.ofUrl(fresh.url()).retention(ALL).build())) {
      new LookWorkload(omniq, rounds.report()).run();
    }
  }

  private void run() throws Exception {
    Instant first = omniq.stats().at();
    rarities();
    series();
    Instant afterRare = omniq.stats().at();
    fill(DEPTH / 4, i -> waiting("early", "imports", i));
    fill(DEPTH / 4, i -> waiting("mail", "default", i));
    for (int left = DEPTH; left > 0; left -= 50_000) {
      int count = Math.min(left, 50_000);
      EnqueueWorkload.all(omniq, 1_000, count);
      DrainWorkload.drain(omniq, count);
    }
    Instant beforeLast = omniq.stats().at();
    fill(DEPTH / 4, i -> waiting("mail", i % 2 == 0 ? "default" : "evening", i));
    fill(DEPTH / 4, i -> waiting("report", "default", i));
    ask(first, afterRare, beforeLast);
    runQueue(
        "held",
        IntStream.range(0, RUNNING).mapToObj(i -> task(Handlers::hold)).toList(),
        this::measure);
  }

  private static TaskRequest waiting(String name, String queue, int number) {
    return TaskRequest.named(name, List.of("payload " + number)).queue(queue).delay(LATER);
  }

  private void fill(int count, IntFunction<TaskRequest> request) {
    for (int done = 0; done < count; done += BATCH) {
      omniq.enqueueAll(
          IntStream.range(done, Math.min(count, done + BATCH)).mapToObj(request).toList());
    }
  }

  /** What a walk over the newest tasks finds last. */
  private void rarities() throws Exception {
    fill(RARE, i -> waiting("rare name", "default", i));
    fill(RARE, i -> waiting("mail", "rare queue", i).label("customer", "rare"));
    runQueue(
        "failing",
        IntStream.range(0, FAILED)
            .mapToObj(i -> task(Handlers::mayFail, 0).maxRetries(0).timeout(Duration.ofHours(1)))
            .toList(),
        () -> awaitCount(TaskStatus.FAILED, FAILED));
    IntStream.range(0, CANCELLED)
        .mapToObj(i -> omniq.enqueue(waiting("mail", "default", i)))
        .forEach(omniq::cancel);
  }

  private void series() throws Exception {
    Handlers.expect(SERIES * RUNS);
    runQueue(
        "series",
        IntStream.range(0, SERIES)
            .mapToObj(i -> task(Handlers::repeatOften, i).interval(Duration.ofMillis(100)))
            .toList(),
        Handlers::awaitRuns);
  }

  /** What is measured or awaited. */
  private interface Body {
    void run() throws Exception;
  }

  private void runQueue(String queue, List<TaskRequest> requests, Body body) throws Exception {
    omniq.enqueueAll(requests.stream().map(request -> request.queue(queue)).toList());
    try (Worker worker =
        omniq.worker().concurrency(64).queues(queue).tasks(Handlers.class).start()) {
      body.run();
    }
  }

  private void awaitCount(TaskStatus status, int count) throws InterruptedException {
    while (omniq.stats().count(status) < count) {
      Thread.sleep(50);
    }
  }

  // ---- what is asked ----

  private void ask(Instant first, Instant afterRare, Instant beforeLast) {
    TaskQuery page = TaskQuery.all().limit(PAGE);
    String done = omniq.tasks(page.status(TaskStatus.SUCCESS).queue("default")).get(0).name();
    questions.put("all", page);
    for (TaskStatus status : TaskStatus.values()) {
      questions.put(status.toString(), page.status(status));
    }
    questions.put("live", page.live());
    questions.put("FAILED or CANCELLED", page.status(TaskStatus.FAILED, TaskStatus.CANCELLED));
    questions.put("workers: RUNNING, 500", page.status(TaskStatus.RUNNING).limit(500));
    questions.put("health: FAILED, 1,000", page.status(TaskStatus.FAILED).limit(1_000));
    TaskQuery pending = page.status(TaskStatus.PENDING);
    questions.put("health: rare name, PENDING, 1,000", pending.name("rare name").limit(1_000));
    questions.put("health: early name, PENDING, 1,000", pending.name("early").limit(1_000));
    questions.put("health: usual name, PENDING, 1,000", pending.name("mail").limit(1_000));
    questions.put("name, usual", page.name("mail"));
    questions.put("name, early", page.name("early"));
    questions.put("name, early, second page", page.name("early"));
    questions.put("name, rare", page.name("rare name"));
    questions.put("name, unknown", page.name("nobody has this"));
    questions.put("name, finished", page.name(done));
    questions.put("name, finished, PENDING", pending.name(done));
    questions.put("name, early, SUCCESS", page.name("early").status(TaskStatus.SUCCESS));
    questions.put("queue, usual", page.queue("default"));
    questions.put("queue, early", page.queue("imports"));
    questions.put("queue, rare", page.queue("rare queue"));
    questions.put("queue, unknown", page.queue("nobody uses this"));
    questions.put("queue and name, rare", page.queue("rare queue").name("mail"));
    questions.put("queue and name, none", page.queue("imports").name("mail"));
    questions.put("series, live (page of series)", page.recurring().live().limit(25));
    questions.put("recurring", page.recurring());
    Task run = omniq.tasks(page.recurring().limit(1)).get(0);
    questions.put("runs of a series, 9", page.series(run.seriesId()).limit(9));
    questions.put("series, unknown", page.series(new TaskId(new UUID(0, 1))));
    questions.put("label, rare", page.label("customer", "rare"));
    questions.put("label, rare, in its queue", page.queue("rare queue").label("customer", "rare"));
    questions.put("label, rare, PENDING", pending.label("customer", "rare"));
    questions.put("label, unknown", page.label("customer", "nobody"));
    questions.put(
        "created first, FAILED", page.status(TaskStatus.FAILED).created(first, afterRare));
    questions.put("created first, queue", page.queue("rare queue").created(first, afterRare));
    questions.put("created lately", page.created(beforeLast, Instant.now().plus(LATER)));
    questions.put("created first", page.created(first, afterRare));
    questions.put("count: all", page.limit(TaskQuery.MAX_LIMIT));
    questions.put("count: early name", page.name("early").limit(TaskQuery.MAX_LIMIT));
    questions.put("count: SUCCESS", page.status(TaskStatus.SUCCESS).limit(TaskQuery.MAX_LIMIT));
    TaskQuery early = Objects.requireNonNull(questions.get("name, early, second page"));
    List<Task> before = omniq.tasks(early);
    questions.put("name, early, second page", early.after(before.get(PAGE - 1).id()));
  }

  private void measure() throws InterruptedException {
    try {
      awaitCount(TaskStatus.RUNNING, RUNNING);
      questions.forEach(this::measure);
      long start = System.nanoTime();
      omniq.stats();
      report.value("stats", (System.nanoTime() - start) / 1e6, "ms", "200 ms");
    } finally {
      Handlers.release();
    }
  }

  /** Fewer times where that would take for ever. */
  private void measure(String question, TaskQuery query) {
    int found = omniq.tasks(query).size();
    List<Double> millis = new ArrayList<>();
    double total = 0;
    while (millis.size() < REPEATED && (total < PATIENCE_MILLIS || millis.size() < LEAST)) {
      long start = System.nanoTime();
      omniq.tasks(query);
      double one = (System.nanoTime() - start) / 1e6;
      millis.add(one);
      total += one;
    }
    report.times("%s (%,d found)".formatted(question, found), Sample.of(millis), "200 ms");
  }
}
