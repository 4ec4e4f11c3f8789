package dev.omniq.dashboard;

import dev.omniq.AsyncOmniQ;
import dev.omniq.OmniQ;
import dev.omniq.TaskRequest;
import dev.omniq.dashboard.Router.Answer;
import dev.omniq.task.ChangedTasks;
import dev.omniq.task.Enqueued;
import dev.omniq.task.OmniQException;
import dev.omniq.task.OutcomeUnknownException;
import dev.omniq.task.StorageException;
import dev.omniq.task.TaskChange;
import dev.omniq.task.TaskId;
import dev.omniq.task.TaskQuery;
import dev.omniq.task.TaskStatus;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What operators may do. Each change is logged with who made it. */
final class ActApi {
  private static final Logger LOG = LoggerFactory.getLogger(ActApi.class);
  private static final int MOST_REFUSALS = 20;

  /** So many tasks are changed in one durable write, and so many pages by one request. */
  private static final int PAGE = 1_000;

  private static final int PAGES_AT_A_TIME = 10;

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
    CANCEL(TaskChange.CANCEL) {
      @Override
      CompletableFuture<String> apply(AsyncOmniQ omniq, TaskId id) {
        return omniq
            .cancel(id)
            .thenApply(
                outcome ->
                    switch (outcome) {
                      case CANCELLED, INTERRUPTED -> words(outcome);
                      case ALREADY_FINISHED ->
                          throw Problem.conflict("Task " + id + " has finished already.");
                      case NOT_FOUND -> throw missing(id);
                    });
      }
    },
    RETRY(TaskChange.RETRY) {
      @Override
      CompletableFuture<String> apply(AsyncOmniQ omniq, TaskId id) {
        return whereThere(omniq, id, () -> omniq.retry(id)).thenApply(done -> "retried");
      }
    },
    RUN_NOW(TaskChange.RUN_NOW) {
      @Override
      CompletableFuture<String> apply(AsyncOmniQ omniq, TaskId id) {
        return whereThere(omniq, id, () -> omniq.runNow(id)).thenApply(done -> "due now");
      }
    },
    DELETE(TaskChange.DELETE) {
      @Override
      CompletableFuture<String> apply(AsyncOmniQ omniq, TaskId id) {
        return omniq
            .delete(id)
            .thenApply(
                outcome ->
                    switch (outcome) {
                      case DELETED, SERIES_ENDED, SERIES_CONTINUES -> words(outcome);
                      case RUNNING ->
                          throw Problem.conflict("Task " + id + " is running; cancel it first.");
                      case NOT_FOUND -> throw missing(id);
                    });
      }
    };

    /** What it is for many. */
    final TaskChange change;

    Action(TaskChange change) {
      this.change = change;
    }

    /** Of which tasks a filter chooses. */
    Set<TaskStatus> changeable() {
      return switch (this) {
        case CANCEL -> EnumSet.of(TaskStatus.PENDING, TaskStatus.RUNNING);
        case RETRY -> EnumSet.of(TaskStatus.FAILED, TaskStatus.CANCELLED);
        case RUN_NOW -> EnumSet.of(TaskStatus.PENDING);
        case DELETE -> EnumSet.complementOf(EnumSet.of(TaskStatus.RUNNING));
      };
    }

    /** Does it: what became of the task. A refusal is the future's failure. */
    abstract CompletableFuture<String> apply(AsyncOmniQ omniq, TaskId id);

    private static CompletableFuture<Void> whereThere(
        AsyncOmniQ omniq, TaskId id, Supplier<CompletableFuture<Void>> change) {
      return omniq
          .task(id)
          .thenCompose(
              found -> {
                if (found.isEmpty()) {
                  throw missing(id);
                }
                return change.get();
              });
    }

    private static Problem missing(TaskId id) {
      return Problem.notFound("There is no task " + id + ".");
    }

    static String words(Enum<?> outcome) {
      return outcome.name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }
  }

  /** What became of one task. */
  record Changed(String id, String outcome) {}

  private Answer one(Request request, Action action) {
    TaskId id = request.id();
    String outcome = join(action.apply(omniq.async(), id));
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

  private static <T> T join(CompletableFuture<T> answer) {
    try {
      return answer.join();
    } catch (CompletionException e) {
      throw e.getCause() instanceof RuntimeException cause ? cause : e;
    }
  }

  // ---- many tasks ----

  /**
   * What is to be done with many.
   *
   * @param ids these tasks; or else
   * @param filter those that match, at most 10,000 at a time
   * @param after only those behind this task: where the answer before has ended
   */
  record Bulk(
      @Nullable String action,
      @Nullable List<String> ids,
      @Nullable Filter filter,
      @Nullable String after) {}

  /**
   * What became of many.
   *
   * @param refused the first few that were not changed, and why
   * @param refusals how many were not changed
   * @param next where to go on, if there may be more
   */
  record BulkResult(long done, List<Refusal> refused, long refusals, Optional<String> next) {}

  /** Why a task was not changed. */
  record Refusal(String id, String detail) {}

  private Answer bulk(Request request) throws IOException {
    request.allow(Set.of());
    Bulk bulk = request.body(Bulk.class);
    Action action = action(bulk.action);
    var tally = new Tally();
    Optional<String> next = Optional.empty();
    if (bulk.ids != null && bulk.filter == null && bulk.after == null) {
      changeNamed(action, bulk.ids.stream().map(Request::id).distinct().toList(), tally);
    } else if (bulk.ids == null && bulk.filter != null) {
      next = changeMatching(action, bulk.filter, bulk.after, tally);
    } else {
      throw Problem.badRequest("Give either ids, or a filter and where to go on.");
    }
    LOG.info(
        "{}: {} of {} tasks, {} done",
        request.user().name(),
        action,
        tally.done + tally.refusals,
        tally.done);
    return Answer.ok(tally.result(next));
  }

  /** All that are under way share the store's durable writes. */
  private void changeNamed(Action action, List<TaskId> ids, Tally tally) {
    for (int from = 0; from < ids.size(); from += PAGE) {
      Map<TaskId, CompletableFuture<String>> answers = new LinkedHashMap<>();
      ids.subList(from, Math.min(ids.size(), from + PAGE))
          .forEach(id -> answers.put(id, action.apply(omniq.async(), id)));
      answers.forEach((id, answer) -> tally.add(id, answer));
    }
  }

  private Optional<String> changeMatching(
      Action action, Filter filter, @Nullable String after, Tally tally) {
    if (filter.isEmpty()) {
      throw Problem.badRequest("The filter must have a condition; it would mean all tasks.");
    }
    Optional<TaskId> begin = Optional.ofNullable(after).map(Request::id);
    Optional<TaskQuery> page =
        filter.among(action.changeable()).map(query -> Filter.after(query, begin).limit(PAGE));
    for (int i = 0; i < PAGES_AT_A_TIME && page.isPresent(); i++) {
      ChangedTasks changed = omniq.change(action.change, page.get());
      changed.tasks().forEach(tally::add);
      page = changed.next();
    }
    return page.flatMap(TaskQuery::after).map(TaskId::toString);
  }

  /** Adds up what became of tasks. */
  private static final class Tally {
    private final List<Refusal> refused = new ArrayList<>();
    private long done;
    private long refusals;

    void add(TaskId id, CompletableFuture<String> answer) {
      try {
        add(new ChangedTasks.Each(id, true, join(answer)));
      } catch (StorageException | OutcomeUnknownException e) {
        throw e; // no answer
      } catch (Problem | OmniQException e) {
        add(new ChangedTasks.Each(id, false, String.valueOf(e.getMessage())));
      }
    }

    void add(ChangedTasks.Each each) {
      if (each.changed()) {
        done++;
        return;
      }
      refusals++;
      if (refused.size() < MOST_REFUSALS) {
        refused.add(new Refusal(each.id().toString(), each.outcome()));
      }
    }

    BulkResult result(Optional<String> next) {
      return new BulkResult(done, List.copyOf(refused), refusals, next);
    }
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

  // ---- new tasks ----

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
