package dev.omniq;

import static dev.omniq.TaskRequest.task;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.omniq.task.OmniTask;
import dev.omniq.task.Task;
import dev.omniq.task.TaskId;
import dev.omniq.task.TaskInterceptor;
import dev.omniq.task.TaskQuery;
import dev.omniq.task.TaskSpec;
import dev.omniq.task.TaskStatus;
import dev.omniq.testkit.InlineWorker;
import dev.omniq.testkit.ManualClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What stands around handlers, and labels tasks. */
public class InterceptorsTest {
  private static final List<String> STEPS = new ArrayList<>();

  private final ManualClock clock = ManualClock.startingAt(OmniQFixture.NOON);
  private final OmniQ omniq =
      OmniQ.open(
          Settings.ofUrl("memory:")
              .timeSource(clock)
              .interceptor(new Tenant("outer"))
              .interceptor(new Tenant("inner"))
              .build());

  private record Tenant(String name) implements TaskInterceptor {
    @Override
    public Map<String, String> labels(TaskSpec task) {
      if (task.queue().equals("forbidden")) {
        throw new IllegalArgumentException("not for this tenant");
      }
      return Map.of("tenant", name, name, "yes");
    }

    @Override
    public Object around(Task task, Callable<Object> handler) throws Exception {
      STEPS.add(name + " begins for " + task.labels().get("tenant"));
      try {
        return handler.call() + " " + name;
      } finally {
        STEPS.add(name + " ends");
      }
    }
  }

  @OmniTask
  public static String work(String word) {
    STEPS.add("works within " + TaskContext.current().taskId());
    if (word.isEmpty()) {
      throw new IllegalStateException("no word");
    }
    return word;
  }

  @AfterEach
  void close() {
    omniq.close();
    STEPS.clear();
  }

  private void runDue() {
    InlineWorker.of(omniq.worker().tasks(InterceptorsTest.class), clock).runDue();
  }

  @Test
  void interceptors_standAroundTheHandler_theFirstOutermost() {
    TaskId id = omniq.enqueue(task(InterceptorsTest::work, "done"));
    runDue();

    assertThat(STEPS)
        .containsExactly(
            "outer begins for outer",
            "inner begins for outer",
            "works within " + id,
            "inner ends",
            "outer ends");
    assertThat(omniq.result(id, String.class)).isEqualTo("done inner outer");
  }

  @Test
  void whatTheHandlerThrows_goesThroughInterceptors() {
    TaskId id = omniq.enqueue(task(InterceptorsTest::work, "").maxRetries(0));
    runDue();

    assertThat(STEPS).endsWith("inner ends", "outer ends");
    assertThat(omniq.task(id).orElseThrow().lastError().orElseThrow().message())
        .isEqualTo("no word");
  }

  @Test
  void labels_areAdded_andThoseOfTheRequestStay() {
    TaskId id = omniq.enqueue(task(InterceptorsTest::work, "x").label("tenant", "own"));

    assertThat(omniq.task(id).orElseThrow().labels())
        .isEqualTo(Map.of("tenant", "own", "outer", "yes", "inner", "yes"));
  }

  @Test
  void labels_areSharedByTheRunsOfASeries() {
    omniq.enqueue(task(InterceptorsTest::work, "x").interval(Duration.ofHours(1)).eta(clock.now()));
    runDue();

    assertThat(omniq.tasks(TaskQuery.all().status(TaskStatus.PENDING)))
        .singleElement()
        .satisfies(next -> assertThat(next.labels()).containsEntry("tenant", "outer"));
  }

  @Test
  void whatAnInterceptorRefuses_isNotStored() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> omniq.enqueue(task(InterceptorsTest::work, "x").queue("forbidden")))
        .withMessage("not for this tenant");
    assertThat(omniq.tasks(TaskQuery.all())).isEmpty();
  }
}
