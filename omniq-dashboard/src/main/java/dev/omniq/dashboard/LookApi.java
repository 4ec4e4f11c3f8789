package dev.omniq.dashboard;

import dev.omniq.HealthCheck;
import dev.omniq.OmniQ;
import dev.omniq.dashboard.Router.Answer;
import dev.omniq.storage.WorkerInfo;
import dev.omniq.task.QueueStats;
import dev.omniq.task.Task;
import dev.omniq.task.TaskId;
import dev.omniq.task.TaskQuery;
import dev.omniq.task.TaskStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** What viewers may ask. */
final class LookApi {
  private static final int USUAL_PAGE = 50;
  private static final int LARGEST_PAGE = 500;
  private static final int SERIES_PAGE = 25;
  private static final int RUNS_SHOWN = 8;
  private static final Set<String> PAGE = Set.of("after", "limit");

  private final OmniQ omniq;
  private final Sampler sampler;
  private final Masking masking;
  private final Guard guard;

  LookApi(OmniQ omniq, Sampler sampler, Masking masking, Guard guard) {
    this.omniq = omniq;
    this.sampler = sampler;
    this.masking = masking;
    this.guard = guard;
  }

  void addTo(Router router) {
    router.add("GET", "session", Role.VIEWER, this::session);
    router.add("GET", "overview", Role.VIEWER, this::overview);
    router.add("GET", "tasks", Role.VIEWER, this::tasks);
    router.add("GET", "tasks/{id}", Role.VIEWER, this::task);
    router.add("GET", "count", Role.VIEWER, this::count);
    router.add("GET", "series", Role.VIEWER, this::series);
    router.add("GET", "queues", Role.VIEWER, this::queues);
    router.add("GET", "workers", Role.VIEWER, this::workers);
    router.add("GET", "health", Role.VIEWER, this::health);
  }

  /** Who asks, and the headers that are to be sent along with changes. */
  record SessionView(String user, Role role, Map<String, String> headers) {}

  private Answer session(Request request) {
    User user = request.user();
    return Answer.ok(
        new SessionView(user.name(), user.role(), guard.headers(request.http(), user)));
  }

  /** The charts, and what is wrong. */
  record OverviewView(
      List<Point> points, Optional<HealthCheck.Report> health, Optional<String> trouble) {}

  private Answer overview(Request request) {
    return Answer.ok(new OverviewView(sampler.points(), sampler.health(), sampler.trouble()));
  }

  /** A page of tasks; {@code next} is what the next one comes after. */
  record TasksView(List<TaskView.Summary> tasks, Optional<String> next) {}

  private Answer tasks(Request request) {
    Set<String> known = new HashSet<>(Filter.NAMES);
    known.addAll(PAGE);
    request.allow(known);
    int limit = limit(request, USUAL_PAGE, LARGEST_PAGE);
    TaskQuery query =
        Filter.after(Filter.of(request).query(), request.parameter("after").map(Request::id));
    List<Task> page = omniq.tasks(query.limit(limit));
    return Answer.ok(
        new TasksView(
            page.stream().map(task -> TaskView.Summary.of(task, masking)).toList(),
            next(page, limit)));
  }

  private static int limit(Request request, int usual, int most) {
    int limit = request.parameter("limit", Integer::parseInt).orElse(usual);
    if (limit < 1 || limit > most) {
      throw Problem.badRequest("limit must be between 1 and " + most + ", but is " + limit + ".");
    }
    return limit;
  }

  private static Optional<String> next(List<Task> page, int limit) {
    return page.size() < limit
        ? Optional.empty()
        : Optional.of(page.get(page.size() - 1).id().toString());
  }

  private Answer task(Request request) {
    TaskId id = request.id();
    Task task = omniq.task(id).orElseThrow(() -> Problem.notFound("There is no task " + id + "."));
    return Answer.ok(TaskView.of(task, masking));
  }

  /** How many tasks there are; if not exact, there are more. */
  record CountView(int count, boolean exact) {}

  private Answer count(Request request) {
    request.allow(Filter.NAMES);
    int count = omniq.tasks(Filter.of(request).query().limit(TaskQuery.MAX_LIMIT)).size();
    return Answer.ok(new CountView(count, count < TaskQuery.MAX_LIMIT));
  }

  /**
   * A series that goes on.
   *
   * @param live its run that waits or runs
   * @param runs the last runs, the newest first
   * @param failures how many of the runs that ended last have failed, one after the other
   */
  record SeriesView(
      String seriesId, TaskView.Summary live, List<TaskView.Summary> runs, long failures) {}

  /** A page of series. */
  record SeriesPage(List<SeriesView> series, Optional<String> next) {}

  private Answer series(Request request) {
    request.allow(PAGE);
    int limit = limit(request, SERIES_PAGE, SERIES_PAGE * 4);
    TaskQuery query =
        Filter.after(
            TaskQuery.all().recurring().live(), request.parameter("after").map(Request::id));
    List<Task> page = omniq.tasks(query.limit(limit));
    return Answer.ok(
        new SeriesPage(
            page.stream().filter(task -> !task.state().detached()).map(this::series).toList(),
            next(page, limit)));
  }

  private SeriesView series(Task live) {
    List<Task> runs =
        omniq.tasks(TaskQuery.all().series(live.seriesId()).limit(RUNS_SHOWN + 1)).stream()
            .filter(task -> task.status().isFinished())
            .limit(RUNS_SHOWN)
            .toList();
    return new SeriesView(
        live.seriesId().toString(),
        TaskView.Summary.of(live, masking),
        runs.stream().map(task -> TaskView.Summary.of(task, masking)).toList(),
        runs.stream().takeWhile(task -> task.status() == TaskStatus.FAILED).count());
  }

  /**
   * A queue.
   *
   * @param lateMs for how long the oldest task that waits has been due; absent if none is
   */
  record QueueView(
      String queue,
      Map<TaskStatus, Long> tasks,
      Optional<Instant> oldestDue,
      Optional<Long> lateMs) {}

  /** All queues, and the names of live tasks that this program has no handler for. */
  record QueuesView(List<QueueView> queues, Map<String, Long> unknownNames) {}

  private Answer queues(Request request) {
    QueueStats stats = omniq.stats();
    List<QueueView> queues =
        new TreeMap<>(stats.queues())
            .entrySet().stream()
                .map(each -> queue(each.getKey(), each.getValue(), stats.at()))
                .toList();
    return Answer.ok(new QueuesView(queues, new TreeMap<>(stats.unknown())));
  }

  private static QueueView queue(String name, QueueStats.Counts counts, Instant now) {
    Map<TaskStatus, Long> tasks = new EnumMap<>(TaskStatus.class);
    for (TaskStatus status : TaskStatus.values()) {
      tasks.put(status, counts.byStatus().getOrDefault(status, 0L));
    }
    return new QueueView(
        name,
        tasks,
        counts.oldestDue(),
        counts
            .oldestDue()
            .map(due -> Duration.between(due, now).toMillis())
            .filter(late -> late >= 0));
  }

  /** A worker, and what it runs. */
  record WorkerView(
      String worker, Instant lastSeen, long silentMs, int running, List<TaskView.Summary> tasks) {}

  /** All workers; the skew is how far the clock of this machine is ahead of the store's. */
  record WorkersView(List<WorkerView> workers, Instant storeTime, long clockSkewMs) {}

  private Answer workers(Request request) {
    Instant store = omniq.stats().at();
    Instant local = omniq.settings().timeSource().now();
    List<Task> running =
        omniq.tasks(TaskQuery.all().status(TaskStatus.RUNNING).limit(LARGEST_PAGE));
    return Answer.ok(
        new WorkersView(
            omniq.workers().stream().map(each -> worker(each, running, store)).toList(),
            store,
            Duration.between(store, local).toMillis()));
  }

  private WorkerView worker(WorkerInfo worker, List<Task> running, Instant now) {
    return new WorkerView(
        worker.worker(),
        worker.lastSeen(),
        Math.max(0, Duration.between(worker.lastSeen(), now).toMillis()),
        worker.running(),
        running.stream()
            .filter(task -> task.state().worker().filter(worker.worker()::equals).isPresent())
            .map(task -> TaskView.Summary.of(task, masking))
            .toList());
  }

  private Answer health(Request request) {
    HealthCheck.Report report = HealthCheck.of(omniq).run();
    return new Answer(200, report);
  }
}
