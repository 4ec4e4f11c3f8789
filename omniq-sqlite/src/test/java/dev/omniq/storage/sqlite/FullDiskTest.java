package dev.omniq.storage.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.omniq.OmniQ;
import dev.omniq.TaskType;
import dev.omniq.task.StorageException;
import dev.omniq.task.TaskId;
import dev.omniq.task.TaskResult;
import dev.omniq.task.TaskStatus;
import dev.omniq.worker.Worker;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A file system of a few megabytes that is really full: mounted in a name space of a process of its
 * own, where Linux lets users do that. Elsewhere the test is skipped, and counted as skipped.
 */
class FullDiskTest {
  private static final TaskType<String> WORK = TaskType.of("work", String.class);
  private static final String MOUNT = "mount -t tmpfs -o size=32m tmpfs \"$0\"";

  @TempDir Path directory;

  @Test
  void fullDisk_refusesWhatDoesNotFit_losesNothing_andGoesOnWhenThereIsRoom() throws Exception {
    assumeTrue(run(MOUNT) == 0, "no file system can be mounted in a name space of one's own");

    assertThat(
            run(
                MOUNT + " && exec \"$@\"",
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                Program.class.getName(),
                directory.toString()))
        .as(() -> "exit code of the program: " + output())
        .isZero();
    assertThat(output()).contains("refused: ", "disk is full", "all there");
  }

  private int run(String script, String... arguments) throws Exception {
    List<String> command =
        new ArrayList<>(List.of("unshare", "-Urm", "sh", "-c", script, directory.toString()));
    command.addAll(List.of(arguments));
    try {
      Process process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(log().toFile())
              .start();
      assertThat(process.waitFor(2, TimeUnit.MINUTES)).isTrue();
      return process.exitValue();
    } catch (IOException e) {
      return -1; // there is no such command
    }
  }

  /** Beside the directory, which the program's file system hides. */
  private Path log() {
    return directory.resolveSibling(directory.getFileName() + ".log");
  }

  private String output() {
    try {
      return Files.readString(log());
    } catch (IOException e) {
      return e.toString();
    }
  }

  /** Fills the file system of its directory with tasks, and then makes room. */
  static final class Program {
    private Program() {}

    public static void main(String[] args) throws Exception {
      Path directory = Path.of(args[0]);
      // A write-ahead log and the file that it is written to need room for the same pages.
      Path ballast = Files.write(directory.resolve("ballast"), new byte[20 << 20]);
      String url = "sqlite:" + directory.resolve("queue.db");
      List<TaskId> acknowledged = new ArrayList<>();
      try (OmniQ omniq = OmniQ.open(url)) {
        String refusal = fill(omniq, acknowledged);
        System.out.println("refused: " + refusal);
        requireAll(omniq, acknowledged, TaskStatus.PENDING);
        Files.delete(ballast);
        acknowledged.add(omniq.enqueue(WORK.with("fits again")));
      }
      try (OmniQ omniq = OmniQ.open(url)) {
        requireAll(omniq, acknowledged, TaskStatus.PENDING);
        try (Worker worker = omniq.worker().handle(WORK, text -> {}).start()) {
          for (TaskId id : acknowledged) {
            TaskResult result = omniq.await(id, Duration.ofSeconds(30)).orElseThrow();
            if (result.status() != TaskStatus.SUCCESS) {
              throw new IllegalStateException(id + " is " + result.status());
            }
          }
        }
        requireAll(omniq, acknowledged, TaskStatus.SUCCESS);
      }
      System.out.println("all there");
    }

    private static String fill(OmniQ omniq, List<TaskId> acknowledged) {
      String payload = "x".repeat(100_000);
      while (acknowledged.size() < 10_000) {
        try {
          acknowledged.add(omniq.enqueue(WORK.with(payload)));
        } catch (StorageException e) {
          return e.getMessage();
        }
      }
      throw new IllegalStateException("a gigabyte went into 32 megabytes");
    }

    private static void requireAll(OmniQ omniq, List<TaskId> ids, TaskStatus status) {
      for (TaskId id : ids) {
        TaskStatus found = omniq.task(id).orElseThrow().status();
        if (found != status) {
          throw new IllegalStateException(id + " is " + found);
        }
      }
      long counted = omniq.stats().count(status);
      if (counted != ids.size()) {
        throw new IllegalStateException(counted + " are counted, " + ids.size() + " acknowledged");
      }
    }
  }
}
