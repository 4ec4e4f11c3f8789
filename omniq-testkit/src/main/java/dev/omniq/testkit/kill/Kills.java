package dev.omniq.testkit.kill;

import static org.assertj.core.api.Assertions.assertThat;

import dev.omniq.OmniQ;
import dev.omniq.task.Task;
import dev.omniq.task.TaskId;
import dev.omniq.task.TaskListener.Kind;
import dev.omniq.task.TaskQuery;
import dev.omniq.task.TaskStatus;
import dev.omniq.task.TimeSource;
import dev.omniq.testkit.QuickJava;
import dev.omniq.worker.Worker;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.function.Predicate;

/** Processes that enqueue and work are killed at random moments, and others take their places. */
final class Kills {
  private static final String NAME_OF_WORK = Victim.class.getName() + "#work";

  /** What a build on a busy machine may add to the lease; what it took is printed. */
  private static final Duration MARGIN = Duration.ofSeconds(60);

  private final String url;
  private final Path directory;
  private final long seed;
  private final Random random;
  private final QuickJava java;
  private final List<Path> logs = new ArrayList<>();
  private final List<Lost> lost = new ArrayList<>();

  /** What stands in each log when all have ended. */
  private final Map<Path, List<VictimLog.Line>> written = new LinkedHashMap<>();

  private int killedSoFar;
  private int writeInFlight;
  private int handlerRunning;
  private int counted;

  /** A task whose handler ran when its process was killed. */
  private record Lost(TaskId id, Path log, Instant began, Instant killed) {}

  Kills(String url, Path directory, long seed) {
    this.url = url;
    this.directory = directory;
    this.seed = seed;
    random = new Random(seed);
    java = VictimProcess.java(directory);
  }

  void run(int processes, int kills) throws Exception {
    rehearse();
    List<VictimProcess> victims = new ArrayList<>();
    try {
      for (int i = 0; i < processes; i++) {
        victims.add(start());
      }
      for (int kill = 0; kill < kills; kill++) {
        int which = random.nextInt(victims.size());
        killAtSomeMoment(victims.get(which));
        victims.set(which, start());
      }
      for (VictimProcess victim : victims) {
        killAtSomeMoment(victim);
      }
    } finally {
      for (VictimProcess victim : victims) {
        victim.kill();
      }
    }
    System.out.printf(
        "%d kills (seed %d): %d with a write in flight, %d with a handler running, %d with either%n",
        killedSoFar, seed, writeInFlight, handlerRunning, counted);
    assertThat(counted).as("kills that interrupted something").isGreaterThan(killedSoFar / 2);
  }

  /** The first process is not killed: it is told to end, and leaves its classes to the others. */
  private void rehearse() throws Exception {
    VictimProcess first = start(java.rehearsal(Victim.class));
    try {
      first.awaitReady();
      first.end();
    } finally {
      first.kill();
    }
  }

  private VictimProcess start() throws IOException {
    return start(java.command(Victim.class));
  }

  private VictimProcess start(List<String> command) throws IOException {
    Path log = directory.resolve("victim-" + logs.size() + ".log");
    logs.add(log);
    return VictimProcess.start(command, url, log, Long.toString(random.nextLong()));
  }

  private void killAtSomeMoment(VictimProcess victim) throws Exception {
    victim.awaitReady();
    victim.live(Duration.ofMillis(random.nextInt(400)));
    Instant killed = TimeSource.system().now();
    victim.kill();
    look(victim, killed);
  }

  /** Whether the kill came while a write was in flight or a handler ran. */
  private void look(VictimProcess victim, Instant killed) throws IOException {
    List<VictimLog.Line> lines = victim.lines();
    Map<TaskId, Instant> running = VictimLog.running(lines);
    running.forEach((id, began) -> lost.add(new Lost(id, victim.log(), began, killed)));
    long tried = lines.stream().filter(line -> line.is("try")).count();
    long acknowledged = lines.stream().filter(line -> line.is("ack")).count();
    boolean writing = tried > acknowledged;
    writeInFlight += writing ? 1 : 0;
    handlerRunning += running.isEmpty() ? 0 : 1;
    killedSoFar++;
    counted += writing || !running.isEmpty() ? 1 : 0;
  }

  void check() throws Exception {
    Path last = directory.resolve("last.log");
    try (OmniQ omniq = Victim.open(url, last)) {
      finishAll(omniq);
      logs.add(last);
      for (Path log : logs) {
        written.put(log, VictimLog.read(log));
      }
      Set<TaskId> acknowledged = acknowledged();
      for (TaskId id : acknowledged) {
        Task task = omniq.task(id).orElseThrow(() -> new AssertionError("lost: " + id));
        assertThat(task.status() == TaskStatus.SUCCESS || SeriesCheck.isQuarantined(task))
            .as(task::toString)
            .isTrue();
      }
      SeriesCheck.check(omniq);
      System.out.printf(
          "%,d acknowledged tasks are there, %,d settlements, none twice%n",
          acknowledged.size(), settlements());
      checkRecovery(omniq);
    }
  }

  /**
   * Another worker does what the killed ones left, the runs of series that they were in included;
   * then the series are all that is live.
   */
  private void finishAll(OmniQ omniq) {
    TaskQuery unfinished = TaskQuery.all().live().name(NAME_OF_WORK).limit(1);
    try (Worker worker = omniq.worker().concurrency(32).tasks(Victim.class).start()) {
      List<Task> left = omniq.tasks(unfinished);
      while (!left.isEmpty()) {
        omniq.await(left.get(0).id(), Duration.ofSeconds(10));
        left = omniq.tasks(unfinished);
      }
      for (Lost task : lost) {
        while (omniq.task(task.id()).filter(run -> run.status().isLive()).isPresent()) {
          omniq.await(task.id(), Duration.ofSeconds(10));
        }
      }
    }
  }

  private Set<TaskId> acknowledged() {
    Set<TaskId> ids = new HashSet<>();
    for (List<VictimLog.Line> log : written.values()) {
      for (VictimLog.Line line : log) {
        if (line.is("ack")) {
          line.words().stream().map(TaskId::parse).forEach(ids::add);
        }
      }
    }
    return ids;
  }

  private int settlements() {
    Set<String> settled = new HashSet<>();
    for (List<VictimLog.Line> log : written.values()) {
      for (VictimLog.Line line : log) {
        if (line.is("settled")) {
          assertThat(settled.add(line.claim())).as("settled once: %s", line).isTrue();
        }
      }
    }
    return settled.size();
  }

  /**
   * What a killed process ran was taken back and begun again by another one, or was lost too often;
   * or had been taken back and finished by another one before the process, which was too busy to
   * notice, began it. Once taken back it waits its turn behind what was due before, so the bound is
   * on the former.
   */
  private void checkRecovery(OmniQ omniq) {
    Duration rescued = Duration.ZERO;
    Duration begun = Duration.ZERO;
    for (Lost task : lost) {
      Optional<Instant> begin = next(task, line -> line.is("begin"));
      if (begin.isEmpty()) {
        Task left = omniq.task(task.id()).orElseThrow();
        assertThat(SeriesCheck.isQuarantined(left) || succeededElsewhere(task))
            .as("%s ran when its process was killed, and never again: %s", task, left)
            .isTrue();
      } else {
        Instant rescue = next(task, line -> line.is("begin") || line.is("settled")).orElseThrow();
        rescued = longer(rescued, Duration.between(task.killed(), rescue));
        begun = longer(begun, Duration.between(task.killed(), begin.get()));
      }
    }
    System.out.printf(
        "%d tasks ran when their process was killed: all rescued within %d ms, begun again within"
            + " %d ms (lease %d ms)%n",
        lost.size(), rescued.toMillis(), begun.toMillis(), Victim.LEASE.toMillis());
    assertThat(rescued).isLessThan(Victim.LEASE.plus(MARGIN));
  }

  private boolean succeededElsewhere(Lost task) {
    return written.entrySet().stream()
        .filter(log -> !log.getKey().equals(task.log()))
        .flatMap(log -> log.getValue().stream())
        .anyMatch(
            line -> line.is("settled", task.id()) && line.kind().equals(Kind.SUCCEEDED.name()));
  }

  private static Duration longer(Duration a, Duration b) {
    return a.compareTo(b) > 0 ? a : b;
  }

  /** When another process next did so to a task. */
  private Optional<Instant> next(Lost task, Predicate<VictimLog.Line> did) {
    Optional<Instant> next = Optional.empty();
    for (Map.Entry<Path, List<VictimLog.Line>> log : written.entrySet()) {
      if (log.getKey().equals(task.log())) {
        continue;
      }
      for (VictimLog.Line line : log.getValue()) {
        boolean later =
            did.test(line) && line.id().equals(task.id()) && line.at().isAfter(task.began());
        if (later && (next.isEmpty() || line.at().isBefore(next.get()))) {
          next = Optional.of(line.at());
        }
      }
    }
    return next;
  }
}
