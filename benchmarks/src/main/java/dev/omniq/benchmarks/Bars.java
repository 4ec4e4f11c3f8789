package dev.omniq.benchmarks;

import java.util.Map;

/** What each workload has to reach, store by store: the ratio to the limit, or times. */
final class Bars {
  private static final Map<String, Map<String, String>> BARS =
      Map.of(
          "file",
          Map.of(
              "enqueue, 1 thread", "0.8",
              "enqueue, 16 threads", "0.6",
              "enqueue, 64 in flight", "0.6",
              "enqueueAll of 1,000s", "0.5",
              "drain of 50,000", "0.4",
              "enqueue → start, same process", "p50 one sync + 0.5 ms, p99 3 ms",
              "enqueue → start, other process", "p50 3 ms",
              "lateness of 500 ETAs in 20 s", "p50 1 ms, p99 5 ms, none early"),
          "sqlite",
          Map.of(
              "enqueue, 1 thread", "0.8",
              "enqueue, 16 threads", "0.5",
              "enqueue, 64 in flight", "0.5",
              "enqueueAll of 1,000s", "0.3",
              "enqueue → start, same process", "p99 4 ms",
              "enqueue → start, other process", "p50 20 ms",
              "lateness of 500 ETAs in 20 s", "p50 1 ms, p99 5 ms, none early"),
          "postgres",
          Map.of(
              "enqueue, 1 thread", "0.9",
              "enqueueAll of 1,000s", "0.6",
              "drain of 50,000", "0.5",
              "enqueue → start, same process", "p99 5 ms",
              "enqueue → start, other process", "p50 3 ms, p99 10 ms",
              "lateness of 500 ETAs in 20 s", "p50 2 ms, p99 8 ms, none early"));

  /** What each has to reach beside db-scheduler: a multiple of its rate. */
  private static final Map<String, Map<String, String>> BESIDE =
      Map.of(
          "sqlite", Map.of("drain", "15"),
          "postgres",
              Map.of(
                  "enqueue, 16 threads", "5",
                  "enqueue, 64 in flight", "5",
                  "enqueueAll of 1,000s", "1.2",
                  "drain", "6"));

  private Bars() {}

  static String of(Place place, String workload) {
    return BARS.getOrDefault(place.name(), Map.of()).getOrDefault(workload, "–");
  }

  static String beside(Place place, String peer, String workload) {
    if (!peer.equals("db-scheduler")) {
      return "–";
    }
    return BESIDE.getOrDefault(place.name(), Map.of()).getOrDefault(workload, "–");
  }

  /** What is said of a ratio beside its bar. */
  static String mark(double ratio, String bar) {
    if (!Character.isDigit(bar.charAt(0))) {
      return bar;
    }
    return bar + (ratio >= Double.parseDouble(bar) ? " reached" : " short");
  }
}
