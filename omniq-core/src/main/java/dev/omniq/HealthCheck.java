package dev.omniq;

import dev.omniq.storage.Changes;
import dev.omniq.storage.Changes.Change;
import dev.omniq.storage.MoveMark;
import dev.omniq.storage.WorkerInfo;
import dev.omniq.task.QueueStats;
import dev.omniq.task.Task;
import dev.omniq.task.TaskError;
import dev.omniq.task.TaskQuery;
import dev.omniq.task.TaskStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * Looks at a queue as an operator would on a bad day, and says what is wrong and what to do about
 * it. An immutable value; thread-safe.
 *
 * <pre>{@code
 * for (HealthCheck.Finding finding : HealthCheck.of(omniq).run().findings()) {
 *   System.out.println(finding.what() + " " + finding.remedy());
 * }
 * }</pre>
 *
 * @param omniq the queue to look at
 * @param maxLateness how long a due task may wait before that is worth telling
 * @param maxSilence how long a worker that holds tasks may say nothing; twice the longest lease is
 *     a good choice
 * @param maxSkew how far the clocks of this machine and of the store may be apart
 * @param lately how old a failure may be to be told
 */
public record HealthCheck(
    OmniQ omniq, Duration maxLateness, Duration maxSilence, Duration maxSkew, Duration lately) {

  /** What costs a walk through tasks looks at no more than this many. */
  private static final int SAMPLE = 1_000;

  private static final int MOST_NAMES = 20;

  /** With a minute of patience, a second between the clocks, and the failures of the last hour. */
  public static HealthCheck of(OmniQ omniq) {
    return new HealthCheck(
        Given.required(omniq, "the queue"),
        Duration.ofMinutes(1),
        Duration.ofMinutes(1),
        Duration.ofSeconds(1),
        Duration.ofHours(1));
  }

  /** The kinds of trouble that are looked for. */
  public enum Trouble {
    /** A move of tasks from or to this store was begun and is not complete. */
    MOVE_UNFINISHED,
    /** The tasks of this store were moved to another. */
    MOVED,
    /** The clocks of this machine and of the store differ. */
    CLOCK_SKEW,
    /** A worker holds tasks and has said nothing for long. */
    WORKER_LOST,
    /** Tasks are due, and no worker is there. */
    NO_WORKER,
    /** Tasks are due that no worker takes, while workers take others. */
    NAME_NOT_HANDLED,
    /** Workers are behind. */
    LATE,
    /** Tasks failed lately. */
    FAILURES,
    /** Tasks were put aside because they took their workers down. */
    QUARANTINED
  }

  /**
   * Something that is wrong.
   *
   * @param trouble its kind
   * @param what what was seen, a sentence
   * @param remedy what to do about it, a sentence
   */
  public record Finding(Trouble trouble, String what, String remedy) {}

  /**
   * What a check came to.
   *
   * @param at when, by the store's clock
   * @param findings what is wrong; nothing if the queue is well
   */
  public record Report(Instant at, List<Finding> findings) {
    /** Copies the list. */
    public Report {
      findings = List.copyOf(findings);
    }

    /** Whether nothing is wrong. */
    public boolean healthy() {
      return findings.isEmpty();
    }
  }

  /**
   * Looks, at a cost that is bounded however many tasks there are. Of a store that a move has
   * marked, only that is told: what else is wrong with it follows from there.
   *
   * @throws dev.omniq.task.StorageException if the store cannot be asked
   */
  public Report run() {
    Instant before = omniq.settings().timeSource().now();
    QueueStats stats = omniq.stats();
    Instant after = omniq.settings().timeSource().now();
    Optional<Finding> moving = OmniQ.join(() -> omniq.queue().moveMark()).map(this::moving);
    if (moving.isPresent()) {
      return new Report(stats.at(), List.of(moving.get()));
    }
    List<WorkerInfo> workers = omniq.workers();
    List<Finding> findings = new ArrayList<>();
    findings.addAll(skew(before, stats.at(), after));
    findings.addAll(lost(workers, stats.at()));
    findings.addAll(late(stats, workers));
    findings.addAll(failed(stats.at()));
    return new Report(stats.at(), findings);
  }

  private Finding moving(MoveMark mark) {
    boolean leaving = mark.role() == MoveMark.Role.SOURCE;
    if (leaving && mark.stage() == MoveMark.Stage.COMPLETE) {
      return new Finding(
          Trouble.MOVED,
          "The tasks of this store were moved to %s, and nothing is changed here any more."
              .formatted(mark.other()),
          "Let every program use that store; what uses this one still fails.");
    }
    String here = omniq.settings().publicUrl();
    String command =
        "omniq move --from '%s' --to '%s'"
            .formatted(leaving ? here : mark.other(), leaving ? mark.other() : here);
    boolean undoing = mark.stage() == MoveMark.Stage.UNDOING;
    return new Finding(
        Trouble.MOVE_UNFINISHED,
        "A move of tasks %s %s was begun at %s and is not %s; until then no task runs here."
            .formatted(
                leaving ? "to" : "from",
                mark.other(),
                mark.since(),
                undoing ? "undone yet" : "complete"),
        undoing
            ? "Unless it is being undone right now: " + command + " --abort"
            : "Unless it is under way right now, finish it: "
                + command
                + "; or undo it: the same with --abort.");
  }

  /** The store's clock was read between two looks at ours. */
  private List<Finding> skew(Instant before, Instant store, Instant after) {
    Duration behind = Duration.between(store, before);
    Duration ahead = Duration.between(after, store);
    Duration skew = behind.compareTo(ahead) > 0 ? behind : ahead;
    if (skew.compareTo(maxSkew) <= 0) {
      return List.of();
    }
    return List.of(
        new Finding(
            Trouble.CLOCK_SKEW,
            "The clock of this machine is %s %s the store's."
                .formatted(text(skew), skew.equals(behind) ? "ahead of" : "behind"),
            "Tasks run by the store's clock, so nothing is early; but let both machines follow a"
                + " time server (timedatectl set-ntp true), or due times that programs reckon will"
                + " be off by as much."));
  }

  private List<Finding> lost(List<WorkerInfo> workers, Instant now) {
    return workers.stream()
        .filter(each -> each.running() > 0 && isSilent(each, now))
        .map(
            each ->
                new Finding(
                    Trouble.WORKER_LOST,
                    "Worker %s holds %s and was not seen for %s."
                        .formatted(
                            each.worker(),
                            tasks(each.running()),
                            text(Duration.between(each.lastSeen(), now))),
                    "If it is gone, start a worker: any that runs takes the tasks over when their"
                        + " lease is out. If its machine hangs, end it."))
        .toList();
  }

  private boolean isSilent(WorkerInfo worker, Instant now) {
    return worker.lastSeen().plus(maxSilence).isBefore(now);
  }

  private List<Finding> late(QueueStats stats, List<WorkerInfo> workers) {
    Map<String, Duration> late = new TreeMap<>();
    stats
        .queues()
        .forEach(
            (queue, counts) ->
                counts
                    .oldestDue()
                    .map(due -> Duration.between(due, stats.at()))
                    .filter(lateness -> lateness.compareTo(maxLateness) > 0)
                    .ifPresent(lateness -> late.put(queue, lateness)));
    if (late.isEmpty()) {
      return List.of();
    }
    if (workers.stream().allMatch(each -> isSilent(each, stats.at()))) {
      return List.of(
          new Finding(
              Trouble.NO_WORKER,
              "Tasks are due for %s, and no worker was seen lately."
                  .formatted(text(late.values().stream().max(Duration::compareTo).orElseThrow())),
              "Start a worker that has their handlers and takes from "
                  + (late.size() == 1 ? "queue " : "queues ")
                  + String.join(", ", late.keySet())
                  + "."));
    }
    List<Finding> unhandled = unhandled(stats);
    return unhandled.isEmpty()
        ? late.entrySet().stream().map(HealthCheck::behind).toList()
        : unhandled;
  }

  private static Finding behind(Map.Entry<String, Duration> late) {
    return new Finding(
        Trouble.LATE,
        "In queue %s the oldest due task has waited for %s."
            .formatted(late.getKey(), text(late.getValue())),
        "Start more workers for it, or give them a higher concurrency; look at what runs for long"
            + " with: omniq list --status running --queue "
            + late.getKey());
  }

  /** Names with tasks that are due for long and that nobody takes, while there are workers. */
  private List<Finding> unhandled(QueueStats stats) {
    if (stats.unknown().isEmpty()) {
      return List.of();
    }
    Set<String> taken = takenLately();
    return stats.unknown().keySet().stream()
        .sorted()
        .filter(name -> !taken.contains(name))
        .limit(MOST_NAMES)
        .flatMap(name -> unhandled(name, stats.at()).stream())
        .toList();
  }

  private List<Finding> unhandled(String name, Instant now) {
    List<Task> due =
        omniq.tasks(TaskQuery.all().status(TaskStatus.PENDING).name(name).limit(SAMPLE)).stream()
            .filter(task -> task.dueAt().plus(maxLateness).isBefore(now))
            .toList();
    if (due.isEmpty()) {
      return List.of();
    }
    Set<String> queues =
        due.stream().map(Task::queue).collect(Collectors.toCollection(TreeSet::new));
    return List.of(
        new Finding(
            Trouble.NAME_NOT_HANDLED,
            "Due for long, and taken by no worker: %s of name %s."
                .formatted((due.size() == SAMPLE ? "More than " : "") + tasks(due.size()), name),
            "Register their handler (tasks(…), or an alias of @OmniTask if it was renamed) in a"
                + " worker that takes from "
                + String.join(", ", queues)
                + "; or, if nobody needs them: omniq cancel --status pending --name '"
                + name
                + "'"));
  }

  private Set<String> takenLately() {
    Set<String> names = new HashSet<>();
    omniq
        .tasks(TaskQuery.all().status(TaskStatus.RUNNING).limit(SAMPLE))
        .forEach(task -> names.add(task.name()));
    Changes page = omniq.changes(0, SAMPLE);
    while (!page.changes().isEmpty()) {
      page.changes().stream()
          .filter(change -> change.status() != TaskStatus.PENDING)
          .filter(change -> change.status() != TaskStatus.CANCELLED)
          .map(Change::name)
          .forEach(names::add);
      page = omniq.changes(page.last(), SAMPLE);
    }
    return names;
  }

  private List<Finding> failed(Instant now) {
    List<Task> failed =
        omniq.tasks(TaskQuery.all().status(TaskStatus.FAILED).limit(SAMPLE)).stream()
            .filter(
                task -> task.state().finishedAt().orElse(Instant.MIN).isAfter(now.minus(lately)))
            .toList();
    List<Finding> findings = new ArrayList<>();
    Predicate<Task> lost =
        task -> task.lastError().filter(e -> e.type() == TaskError.Type.LOST).isPresent();
    byName(failed, lost)
        .forEach(
            (name, tasks) ->
                findings.add(
                    new Finding(
                        Trouble.QUARANTINED,
                        "Put aside, since their workers died each time: %s of name %s."
                            .formatted(tasks(tasks.size()), name),
                        "Look for the reason in what the workers wrote before they died (memory,"
                            + " a native crash, a kill); then: omniq retry "
                            + tasks.get(0).id())));
    byName(failed, lost.negate())
        .forEach(
            (name, tasks) ->
                findings.add(
                    new Finding(
                        Trouble.FAILURES,
                        "Failed lately: %s of name %s, the last with: %s"
                            .formatted(
                                tasks(tasks.size()),
                                name,
                                tasks.get(0).lastError().map(TaskError::message).orElse("?")),
                        "See why with: omniq show "
                            + tasks.get(0).id()
                            + "; once it is mended: omniq retry --status failed --name '"
                            + name
                            + "'")));
    return findings;
  }

  private static Map<String, List<Task>> byName(List<Task> tasks, Predicate<Task> which) {
    return tasks.stream()
        .filter(which)
        .collect(Collectors.groupingBy(Task::name, TreeMap::new, Collectors.toList()));
  }

  private static String tasks(int count) {
    return count == 1 ? "1 task" : count + " tasks";
  }

  /** As people say it: 90 s, 12 min, 5 h. */
  private static String text(Duration duration) {
    if (duration.compareTo(Duration.ofSeconds(100)) < 0) {
      return duration.toMillis() / 1_000.0 + " s";
    }
    if (duration.compareTo(Duration.ofMinutes(100)) < 0) {
      return duration.toMinutes() + " min";
    }
    return duration.compareTo(Duration.ofHours(48)) < 0
        ? duration.toHours() + " h"
        : duration.toDays() + " days";
  }
}
