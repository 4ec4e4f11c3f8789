package dev.omniq.kill;

import static org.assertj.core.api.Assertions.assertThat;

import dev.omniq.OmniQ;
import dev.omniq.task.Task;
import dev.omniq.task.TaskError;
import dev.omniq.task.TaskId;
import dev.omniq.task.TaskQuery;
import dev.omniq.task.TaskStatus;
import dev.omniq.worker.Worker;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Several processes enqueue, work and compact on one directory, and are killed with SIGKILL at
 * random moments, whoever owns the directory among them. Afterwards nothing that was acknowledged
 * is missing, nothing was settled twice, and each series is whole.
 *
 * <p>{@code -Domniq.kills=4000} for a long campaign, {@code -Domniq.seed=…} for the moments of
 * another run.
 */
class KillTest {
  private static final int KILLS = Integer.getInteger("omniq.kills", 40);
  private static final Pattern OWNER = Pattern.compile("\"owner\":(\\d+)");
  private static final int VICTIMS = Integer.getInteger("omniq.victims", 3);

  @TempDir Path base;

  private final long seed = Long.getLong("omniq.seed", new Random().nextLong());
  private final Random random = new Random(seed);
  private final List<Path> logs = new ArrayList<>();
  private int writeInFlight;
  private int handlerRunning;
  private int counted;

  /** A process and its log. */
  private record Running(Process process, Path log) {}

  @Test
  @Timeout(value = 4, unit = TimeUnit.HOURS)
  void processesThatAreKilledAtAnyMoment_loseNothingAndDoNothingTwice() throws Exception {
    Path directory = base.resolve("store");
    List<Running> victims = new ArrayList<>();
    try {
      for (int i = 0; i < VICTIMS; i++) {
        victims.add(start(directory));
      }
      for (int kill = 0; kill < KILLS; kill++) {
        int which = random.nextInt(victims.size());
        killAtSomeMoment(victims.get(which));
        victims.set(which, start(directory));
      }
      for (Running victim : victims) {
        killAtSomeMoment(victim);
      }
    } finally {
      victims.forEach(victim -> victim.process().destroyForcibly());
    }
    System.out.printf(
        "%d kills (seed %d): %d with a write in flight, %d with a handler running, %d with either%n",
        logs.size(), seed, writeInFlight, handlerRunning, counted);
    assertThat(counted).as("kills that interrupted something").isGreaterThan(logs.size() / 2);
    check(directory);
  }

  private Running start(Path directory) throws IOException {
    Path log = base.resolve("victim-" + logs.size() + ".log");
    logs.add(log);
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-Xmx256m",
                "-cp",
                System.getProperty("java.class.path"),
                Victim.class.getName(),
                directory.toString(),
                log.toString(),
                Long.toString(random.nextLong()))
            .redirectErrorStream(true)
            .redirectOutput(base.resolve(log.getFileName() + ".out").toFile())
            .start();
    return new Running(process, log);
  }

  private void killAtSomeMoment(Running victim) throws Exception {
    awaitReady(victim);
    boolean ended = victim.process().waitFor(random.nextInt(400), TimeUnit.MILLISECONDS);
    assertThat(ended).as(() -> "ended by itself: " + output(victim)).isFalse();
    victim.process().destroyForcibly().waitFor();
    look(VictimLog.read(victim.log()));
  }

  private void awaitReady(Running victim) throws Exception {
    while (!Files.exists(victim.log())
        || VictimLog.read(victim.log()).stream().noneMatch(line -> line.startsWith("ready"))) {
      boolean ended = victim.process().waitFor(10, TimeUnit.MILLISECONDS);
      assertThat(ended).as(() -> "ended by itself: " + output(victim)).isFalse();
    }
  }

  private String output(Running victim) {
    try {
      return Files.readString(base.resolve(victim.log().getFileName() + ".out"));
    } catch (IOException e) {
      return e.toString();
    }
  }

  /** Whether the kill came while a write was in flight or a handler ran. */
  private void look(List<String> lines) {
    long tried = count(lines, "try");
    long acknowledged = count(lines, "ack");
    boolean writing = tried > acknowledged;
    boolean running = count(lines, "begin") > count(lines, "end");
    writeInFlight += writing ? 1 : 0;
    handlerRunning += running ? 1 : 0;
    counted += writing || running ? 1 : 0;
  }

  private static long count(List<String> lines, String what) {
    return lines.stream().filter(line -> line.startsWith(what + " ")).count();
  }

  private void check(Path directory) throws Exception {
    Path last = base.resolve("last.log");
    try (OmniQ omniq = Victim.open(directory, last)) {
      finishAll(omniq);
      logs.add(last);
      Set<TaskId> acknowledged = acknowledged();
      for (TaskId id : acknowledged) {
        Task task = omniq.task(id).orElseThrow(() -> new AssertionError("lost: " + id));
        assertThat(task.status() == TaskStatus.SUCCESS || isQuarantined(task))
            .as(task::toString)
            .isTrue();
      }
      checkSeries(omniq);
      int owners = owners(directory);
      assertThat(owners).as("owners, one after the other").isGreaterThan(2);
      System.out.printf(
          "%,d acknowledged tasks are there, %,d settlements, none twice, %d owners%n",
          acknowledged.size(), settlements(), owners);
    }
  }

  /** Each owner writes its number into the manifest. */
  private static int owners(Path directory) throws IOException {
    Matcher owner = OWNER.matcher(Files.readString(directory.resolve("MANIFEST")));
    assertThat(owner.find()).isTrue();
    return Integer.parseInt(owner.group(1));
  }

  private Set<TaskId> acknowledged() throws IOException {
    Set<TaskId> ids = new HashSet<>();
    for (Path log : logs) {
      for (String line : VictimLog.read(log)) {
        if (line.startsWith("ack ")) {
          Arrays.stream(line.split(" ")).skip(1).map(TaskId::parse).forEach(ids::add);
        }
      }
    }
    return ids;
  }

  private int settlements() throws IOException {
    Set<String> settled = new HashSet<>();
    for (Path log : logs) {
      for (String line : VictimLog.read(log)) {
        if (line.startsWith("settled ")) {
          assertThat(settled.add(line.split(" ")[1])).as("settled once: %s", line).isTrue();
        }
      }
    }
    return settled.size();
  }

  /** Another worker does what the killed ones left; then the series are all that is live. */
  private static void finishAll(OmniQ omniq) {
    TaskQuery unfinished = TaskQuery.all().live().name(NAME_OF_WORK).limit(1);
    try (Worker worker = omniq.worker().concurrency(8).tasks(Victim.class).start()) {
      List<Task> left = omniq.tasks(unfinished);
      while (!left.isEmpty()) {
        omniq.await(left.get(0).id(), Duration.ofSeconds(10));
        left = omniq.tasks(unfinished);
      }
    }
  }

  private static final String NAME_OF_WORK = Victim.class.getName() + "#work";

  private static void checkSeries(OmniQ omniq) {
    List<Task> runs = new ArrayList<>();
    TaskQuery query = TaskQuery.all().recurring().limit(1_000);
    List<Task> page = omniq.tasks(query);
    while (!page.isEmpty()) {
      runs.addAll(page);
      page = omniq.tasks(query.after(page.get(page.size() - 1).id()));
    }
    Set<TaskId> series = new HashSet<>();
    runs.forEach(run -> series.add(run.seriesId()));
    Set<String> liveKeys = new HashSet<>();
    for (TaskId id : series) {
      List<Task> ofSeries = runs.stream().filter(run -> run.seriesId().equals(id)).toList();
      assertThat(ofSeries.stream().map(Task::run).distinct().count())
          .as("series %s has no run twice", id)
          .isEqualTo(ofSeries.size());
      int last = ofSeries.stream().mapToInt(Task::run).max().orElseThrow();
      assertThat(ofSeries).as("series %s has every run", id).hasSize(last);
      List<Task> live = ofSeries.stream().filter(run -> run.status().isLive()).toList();
      Task lastRun = ofSeries.stream().filter(run -> run.run() == last).findAny().orElseThrow();
      assertThat(live.size() == 1 && live.get(0).equals(lastRun) || isQuarantined(lastRun))
          .as("series %s lives in its last run alone: %s", id, live)
          .isTrue();
      live.forEach(run -> assertThat(liveKeys.add(run.uniqueKey().orElseThrow())).isTrue());
    }
    assertThat(liveKeys.size()).isLessThanOrEqualTo(Victim.SERIES);
  }

  private static boolean isQuarantined(Task task) {
    return task.status() == TaskStatus.FAILED
        && task.lastError().map(TaskError::type).filter(TaskError.Type.LOST::equals).isPresent();
  }
}
