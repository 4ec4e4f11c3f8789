package dev.omniq.benchmarks;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * Runs workloads on stores, each beside what the same machine does with the same bytes or rows and
 * no queue around them, in turns within one run.
 */
public final class Benchmarks {
  private static final int ROUNDS = Integer.getInteger("omniq.rounds", 3);
  private static final List<String> STORES = List.of("file", "sqlite", "postgres");

  /** What takes many minutes, and runs only when it is named. */
  private static final Set<String> LONG = Set.of("backlog", "growth", "look", "series");

  private static final Map<String, Workload> WORKLOADS = new LinkedHashMap<>();

  static {
    WORKLOADS.put("enqueue", EnqueueWorkload::run);
    WORKLOADS.put("drain", DrainWorkload::run);
    WORKLOADS.put("wake-up", LatencyWorkload::wakeUp);
    WORKLOADS.put("other-process", LatencyWorkload::otherProcess);
    WORKLOADS.put("lateness", LatencyWorkload::lateness);
    WORKLOADS.put("idle", IdleWorkload::run);
    WORKLOADS.put("mixed", MixedWorkload::run);
    WORKLOADS.put("processes", ProcessesWorkload::run);
    WORKLOADS.put("peers", PeerWorkload::run);
    WORKLOADS.put("backlog", BacklogWorkload::run);
    WORKLOADS.put("growth", GrowthWorkload::run);
    WORKLOADS.put("look", LookWorkload::run);
    WORKLOADS.put("series", SeriesWorkload::run);
  }

  private Benchmarks() {}

  private interface Workload {
    void run(Rounds rounds) throws Exception;
  }

  /**
   * The first argument is a directory to work in; the others are stores and workloads, all by
   * default, and {@code --json} for lines that programs read.
   */
  public static void main(String[] args) throws Exception {
    List<String> words = new ArrayList<>(List.of(args).subList(1, args.length));
    boolean json = words.remove("--json");
    List<String> stores = taken(words, STORES, Set.of());
    List<String> workloads = taken(words, List.copyOf(WORKLOADS.keySet()), LONG);
    if (!words.isEmpty()) {
      System.err.printf(
          "unknown: %s; stores are %s, workloads are %s%n", words, STORES, WORKLOADS.keySet());
      System.exit(2);
    }
    Path base = Files.createDirectories(Path.of(args[0]));
    for (String store : stores) {
      try (Place place = place(store, base)) {
        run(place, workloads, json);
      }
    }
  }

  /** Those of the words that are known; if there is none, all but those that must be named. */
  private static List<String> taken(
      List<String> words, List<String> known, Set<String> onlyIfNamed) {
    List<String> named = known.stream().filter(words::contains).toList();
    words.removeAll(known);
    return named.isEmpty()
        ? known.stream().filter(each -> !onlyIfNamed.contains(each)).toList()
        : named;
  }

  private static Place place(String store, Path base) throws Exception {
    return switch (store) {
      case "file" -> new FilePlace(base);
      case "sqlite" -> new SqlitePlace(base);
      default -> new PostgresPlace(base);
    };
  }

  private static void run(Place place, List<String> workloads, boolean json) throws Exception {
    System.out.printf(
        "%s: %s · JDK %s · %d processors · %s · medians of %d rounds%n",
        place.name(),
        place.description(),
        Runtime.version(),
        Runtime.getRuntime().availableProcessors(),
        Instant.now(),
        ROUNDS);
    var report = new Report(place.name(), json);
    for (String workload : workloads) {
      Objects.requireNonNull(WORKLOADS.get(workload)).run(new Rounds(place, report, ROUNDS));
    }
    report.end();
  }
}
