package dev.omniq.benchmarks;

import dev.omniq.OmniQ;
import dev.omniq.task.TaskStatus;
import dev.omniq.worker.Worker;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** A drain by several processes with a worker each, and what their database sees of them. */
final class ProcessesWorkload {
  private static final int TASKS = 50_000;
  private static final int CONCURRENCY = 64;

  private ProcessesWorkload() {}

  static void run(Rounds rounds) throws Exception {
    for (int processes : List.of(1, 2, 4)) {
      try (Place.Fresh fresh = rounds.place().fresh();
          OmniQ omniq = OmniQ.open(fresh.url())) {
        EnqueueWorkload.all(omniq, 1_000, TASKS);
        drain(rounds, fresh.url(), omniq, processes);
      }
    }
  }

  private static void drain(Rounds rounds, String url, OmniQ omniq, int count) throws Exception {
    List<Elsewhere> processes = new ArrayList<>();
    try {
      for (int i = 0; i < count; i++) {
        processes.add(new Elsewhere(url));
      }
      for (Elsewhere process : processes) {
        process.awaitReady();
      }
      Place.Load before = rounds.place().load();
      long start = System.nanoTime();
      for (Elsewhere process : processes) {
        process.go();
      }
      while (omniq.stats().count(TaskStatus.SUCCESS) < TASKS) {
        Thread.sleep(5);
      }
      double seconds = (System.nanoTime() - start) / 1e9;
      Place.Load load = rounds.place().load();
      String who = count + (count == 1 ? " process" : " processes");
      rounds.report().value("drain by " + who, TASKS / seconds, "/s", "–");
      if (load.connections() > 0) {
        long transactions = load.transactions() - before.transactions();
        rounds.report().value("transactions, " + who, transactions / seconds, "/s", "–");
        rounds.report().value("connections, " + who, load.connections(), "", "3 a process");
      }
    } finally {
      for (Elsewhere process : processes) {
        process.close();
      }
    }
  }

  /** Another process: opens the store, and works when it is told to, until its input ends. */
  private static final class Elsewhere {
    private final Process process;
    private final BufferedReader out;

    Elsewhere(String url) throws IOException {
      process =
          new ProcessBuilder(
                  System.getProperty("java.home") + "/bin/java",
                  "-Xmx256m",
                  "-cp",
                  System.getProperty("java.class.path"),
                  ProcessesWorkload.class.getName(),
                  url)
              .redirectError(ProcessBuilder.Redirect.INHERIT)
              .start();
      out =
          new BufferedReader(
              new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    }

    void awaitReady() throws IOException {
      String line = out.readLine();
      if (!"ready".equals(line)) {
        throw new IOException("the other process said: " + line);
      }
    }

    void go() throws IOException {
      process.getOutputStream().write('\n');
      process.getOutputStream().flush();
    }

    void close() throws Exception {
      process.getOutputStream().close();
      process.waitFor();
    }
  }

  /** The other process. */
  public static void main(String[] args) throws Exception {
    try (OmniQ omniq = OmniQ.open(args[0])) {
      System.out.println("ready");
      if (System.in.read() < 0) {
        return;
      }
      try (Worker worker = Handlers.worker(omniq, CONCURRENCY)) {
        while (System.in.read() >= 0) {
          // Until the input ends.
        }
      }
    }
  }
}
