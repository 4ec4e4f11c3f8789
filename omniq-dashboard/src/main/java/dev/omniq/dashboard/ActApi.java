package dev.omniq.dashboard;

import dev.omniq.OmniQ;
import dev.omniq.TaskRequest;
import dev.omniq.dashboard.Router.Answer;
import dev.omniq.task.CancelOutcome;
import dev.omniq.task.DeleteOutcome;
import dev.omniq.task.Enqueued;
import dev.omniq.task.OmniQException;
import dev.omniq.task.Task;
import dev.omniq.task.TaskId;
import dev.omniq.task.TaskQuery;
import dev.omniq.task.TaskStatus;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What operators may do. Each change is logged with who made it. */
final class ActApi {
  private static final Logger LOG = LoggerFactory.getLogger(ActApi.class);
  private static final int MOST_REFUSALS = 20;

  private final OmniQ omniq;

  ActApi(OmniQ omniq) {
    this.omniq = omniq;
  }

  void addTo(Router router) {
    router.add("POST", "tasks", Role.OPERATOR, this::enqueue);
    router.add("DELETE", "tasks/{id}", Role.OPERATOR, request -> one(request, Action.DELETE));
    router.add("POST", "tasks/{id}/cancel", Role.OPERATOR, request -> one(request, Action.CANCEL));
    router.add("POST", "tasks/{id}/retry", Role.OPERATOR, request -> one(request, Action.RETRY));
    router.add(
        "POST", "tasks/{id}/run-now", Role.OPERATOR, request -> one(request, Action.RUN_NOW));
    router.add("POST", "series/{id}/cancel", Role.OPERATOR, this::cancelSeries);
    router.add("POST", "bulk", Role.OPERATOR, this::bulk);
  }

  /** What can be done with a task, and with which. */
  private enum Action {
    CANCEL {
      @Override
      String apply(OmniQ omniq, TaskId id) {
        CancelOutcome outcome = omniq.cancel(id);
        return switch (outcome) {
          case CANCELLED, INTERRUPTED -> words(outcome);
          case ALREADY_FINISHED -> throw Problem.conflict("Task " + id + " has finished already.");
          case NOT_FOUND -> throw Problem.notFound("There is no task " + id + ".");
        };
      }
    },
    RETRY {
      @Override
      String apply(OmniQ omniq, TaskId id) {
        requireThere(omniq, id);
        omniq.retry(id);
        return "retried";
      }
    },
    RUN_NOW {
      @Override
      String apply(OmniQ omniq, TaskId id) {
        requireThere(omniq, id);
        omniq.runNow(id);
        return "due now";
      }
    },
    DELETE {
      @Override
      String apply(OmniQ omniq, TaskId id) {
        DeleteOutcome outcome = omniq.delete(id);
        return switch (outcome) {
          case DELETED, SERIES_ENDED, SERIES_CONTINUES -> words(outcome);
          case RUNNING -> throw Problem.conflict("Task " + id + " is running; cancel it first.");
          case NOT_FOUND -> throw Problem.notFound("There is no task " + id + ".");
        };
      }
    };

    /** Of which tasks a filter chooses. */
    Set<TaskStatus> changeable() {
      return switch (this) {
        case CANCEL -> EnumSet.of(TaskStatus.PENDING, TaskStatus.RUNNING);
        case RETRY -> EnumSet.of(TaskStatus.FAILED, TaskStatus.CANCELLED);
        case RUN_NOW -> EnumSet.of(TaskStatus.PENDING);
        case DELETE -> EnumSet.complementOf(EnumSet.of(TaskStatus.RUNNING));
      };
    }

    /** Does it: what became of the task. */
    abstract String apply(OmniQ omniq, TaskId id);

    private static void requireThere(OmniQ omniq, TaskId id) {
      if (omniq.task(id).isEmpty()) {
        throw Problem.notFound("There is no task " + id + ".");
      }
    }

    static String words(Enum<?> outcome) {
      return outcome.name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }
  }

  /** What became of one task. */
  record Changed(String id, String outcome) {}

  private Answer one(Request request, Action action) {
    TaskId id = request.id();
    String outcome = action.apply(omniq, id);
    LOG.info("{}: {} of task {}: {}", request.user().name(), action, id, outcome);
    return Answer.ok(new Changed(id.toString(), outcome));
  }

  private Answer cancelSeries(Request request) {
    TaskId id = request.id();
    if (!omniq.cancelSeries(id)) {
      throw Problem.conflict("No run of series " + id + " waits or runs.");
    }
    LOG.info("{}: series {} cancelled", request.user().name(), id);
    return Answer.ok(new Changed(id.toString(), "series cancelled"));
  }

  /**
   * What is to be done with many.
   *
   * @param ids these tasks; or else
   * @param filter those that match, at most 10,000 at a time
   */
  record Bulk(@Nullable String action, @Nullable List<String> ids, @Nullable Filter filter) {}

  /** What became of many; if there were more than fit, the same can be asked again. */
  record BulkResult(int done, List<Refusal> refused, int refusals, boolean more) {}

  /** Why a task was not changed. */
  record Refusal(String id, String detail) {}

  private Answer bulk(Request request) throws IOException {
    request.allow(Set.of());
    Bulk bulk = request.body(Bulk.class);
    Action action = action(bulk.action);
    if ((bulk.ids == null) == (bulk.filter == null)) {
      throw Problem.badRequest("Give either ids or a filter.");
    }
    List<TaskId> ids;
    boolean more = false;
    if (bulk.ids != null) {
      ids = bulk.ids.stream().map(Request::id).distinct().toList();
    } else {
      Filter filter = bulk.filter;
      if (filter == null || filter.isEmpty()) {
        throw Problem.badRequest("The filter must have a condition; it would mean all tasks.");
      }
      ids =
          filter
              .among(action.changeable())
              .map(query -> omniq.tasks(query.limit(TaskQuery.MAX_LIMIT)))
              .orElse(List.of())
              .stream()
              .map(Task::id)
              .toList();
      more = ids.size() == TaskQuery.MAX_LIMIT;
    }
    BulkResult result = apply(action, ids, more);
    LOG.info("{}: {} of {} tasks, {} done", request.user().name(), action, ids.size(), result.done);
    return Answer.ok(result);
  }

  private static Action action(@Nullable String text) {
    if (text != null) {
      for (Action action : Action.values()) {
        if (Action.words(action).replace(' ', '-').equals(text)) {
          return action;
        }
      }
    }
    throw Problem.badRequest(
        "action must be cancel, retry, run-now or delete, but is " + text + ".");
  }

  private BulkResult apply(Action action, List<TaskId> ids, boolean more) {
    int done = 0;
    List<Refusal> refused = new ArrayList<>();
    for (TaskId id : ids) {
      try {
        action.apply(omniq, id);
        done++;
      } catch (Problem | OmniQException e) {
        if (e instanceof dev.omniq.task.StorageException failure) {
          throw failure;
        }
        refused.add(new Refusal(id.toString(), String.valueOf(e.getMessage())));
      }
    }
    return new BulkResult(
        done,
        refused.subList(0, Math.min(MOST_REFUSALS, refused.size())),
        refused.size(),
        more && done > 0);
  }

  /** A task to be stored. */
  record NewTaskBody(
      @Nullable String name,
      @Nullable List<@Nullable Object> arguments,
      @Nullable String queue,
      @Nullable Integer priority,
      @Nullable Instant eta,
      @Nullable Duration delay,
      @Nullable Duration interval,
      @Nullable Duration every,
      @Nullable Integer maxRetries,
      @Nullable Duration timeout,
      @Nullable String uniqueKey,
      @Nullable Map<String, String> labels) {

    TaskRequest request() {
      if (name == null) {
        throw Problem.badRequest("name is missing.");
      }
      if (eta != null && delay != null || interval != null && every != null) {
        throw Problem.badRequest("Give either eta or delay, and either interval or every.");
      }
      TaskRequest request = TaskRequest.named(name, arguments == null ? List.of() : arguments);
      request = queue == null ? request : request.queue(queue);
      request = priority == null ? request : request.priority(priority);
      request = eta == null ? request : request.eta(eta);
      request = delay == null ? request : request.delay(delay);
      request = interval == null ? request : request.interval(interval);
      request = every == null ? request : request.everyRate(every);
      request = maxRetries == null ? request : request.maxRetries(maxRetries);
      request = timeout == null ? request : request.timeout(timeout);
      request = uniqueKey == null ? request : request.uniqueKey(uniqueKey);
      if (labels != null) {
        for (Map.Entry<String, String> label : labels.entrySet()) {
          request = request.label(label.getKey(), label.getValue());
        }
      }
      return request;
    }
  }

  /** The task that is there now. */
  record EnqueuedView(String id, boolean created) {}

  private Answer enqueue(Request request) throws IOException {
    request.allow(Set.of());
    Enqueued enqueued = omniq.enqueueIfAbsent(request.body(NewTaskBody.class).request());
    LOG.info("{}: task {} enqueued", request.user().name(), enqueued.id());
    return new Answer(
        enqueued.created() ? 201 : 200,
        new EnqueuedView(enqueued.id().toString(), enqueued.created()));
  }
}
