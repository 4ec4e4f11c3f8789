package dev.omniq.storage.sqlite;

import static java.lang.Thread.State.WAITING;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.omniq.storage.TaskStore;
import dev.omniq.storage.WakeUps;
import dev.omniq.task.ClaimToken;
import dev.omniq.task.Due;
import dev.omniq.task.NewTask;
import dev.omniq.task.TaskId;
import dev.omniq.task.TaskSpec;
import dev.omniq.task.TimeSource;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Two stores on one file, of which one waits for what the other does. */
class NeighboursTest {
  @TempDir private Path directory;
  private final Semaphore woken = new Semaphore(0);
  private TaskStore waiting;
  private TaskStore other;
  private WakeUps.Subscription subscription;

  @BeforeEach
  void open() throws InterruptedException {
    String url = "sqlite:" + directory.resolve("tasks.db");
    waiting = SqliteStore.open(url, TimeSource.system());
    other = SqliteStore.open(url, TimeSource.system());
    subscribe();
    awaitWakeUp(); // at first, something may always be due
  }

  private void subscribe() {
    subscription =
        ((WakeUps) waiting)
            .subscribe(
                new WakeUps.Listener() {
                  @Override
                  public void due() {
                    woken.release();
                  }

                  @Override
                  public void revoked(List<ClaimToken> tokens) {}
                });
  }

  @AfterEach
  void close() {
    waiting.close();
    other.close();
  }

  private void insert() {
    TaskId id = TaskId.next(TimeSource.system().now());
    other.insert(List.of(NewTask.first(id, TaskSpec.of("send", "[1]"), Due.now()))).join();
  }

  private void awaitWakeUp() throws InterruptedException {
    assertThat(woken.tryAcquire(20, TimeUnit.SECONDS)).isTrue();
  }

  /** Until a thread waits for the system to tell it of changes. */
  private static void awaitWatch() {
    List<Thread> threads = threads();
    assertThat(threads).isNotEmpty();
    while (threads.stream()
        .flatMap(thread -> Arrays.stream(thread.getStackTrace()))
        .noneMatch(frame -> frame.getClassName().equals(DirectoryWatch.class.getName()))) {
      Thread.onSpinWait();
    }
  }

  private static List<Thread> threads() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().equals("omniq-neighbours"))
        .toList();
  }

  private static void assumeThatChangesAreTold() {
    assumeTrue(System.getProperty("os.name").contains("Linux"), "changes are told on Linux only");
  }

  @Test
  void aTaskOfAnotherStore_wakes() throws Exception {
    for (int i = 0; i < 20; i++) {
      woken.drainPermits();
      insert();
      awaitWakeUp();
    }
  }

  @Test
  void aTaskOfAnotherStore_wakesOneThatHasBeenIdle() throws Exception {
    assumeThatChangesAreTold();
    for (int i = 0; i < 3; i++) {
      awaitWatch();
      woken.drainPermits();
      insert();
      awaitWakeUp();
    }
  }

  @Test
  @Timeout(60)
  void whereNobodyWantsToBeWoken_nothingIsLookedAt() throws Exception {
    subscription.close();

    // Two stores, of which no thread waits for a time or for a change.
    while (!threads().stream().allMatch(thread -> thread.getState() == WAITING)) {
      assertThat(Thread.currentThread().isInterrupted()).as("somebody looks").isFalse();
      insert();
    }
    for (int i = 0; i < 20; i++) {
      insert();
      assertThat(threads()).hasSize(2).extracting(Thread::getState).containsOnly(WAITING);
    }

    subscribe();
    awaitWakeUp();
    woken.drainPermits();
    insert();
    awaitWakeUp();
  }

  @Test
  void watch_isToldOfAWriteToAFile_andOfNothingOnceItHasEnded() throws Exception {
    assumeThatChangesAreTold();
    try (var watch = DirectoryWatch.of(directory)) {
      watch.begin();
      assertThat(watch.isOn()).isTrue();
      insert();
      assertThat(watch.await(Duration.ofSeconds(20))).isTrue();

      watch.end();

      insert();
      assertThat(watch.isOn()).isFalse();
      assertThat(watch.await(Duration.ZERO)).isFalse();
    }
  }

  @Test
  void watch_ofADirectoryThatIsNotThere_isOff() throws Exception {
    try (var watch = DirectoryWatch.of(directory.resolve("missing"))) {
      watch.begin();

      assertThat(watch.isOn()).isFalse();
    }
  }
}
