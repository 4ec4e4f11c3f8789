package dev.omniq.spring;

import static dev.omniq.TaskRequest.task;
import static org.assertj.core.api.Assertions.assertThat;

import dev.omniq.OmniQ;
import dev.omniq.TaskType;
import dev.omniq.task.OmniTask;
import dev.omniq.task.TaskId;
import dev.omniq.task.TaskStatus;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.aop.framework.ProxyFactory;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** Which beans' methods run, and when. */
@ExtendWith(OutputCaptureExtension.class)
public class WorkerTest {
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final TaskType<String> SHOUT = TaskType.of("shout", String.class);

  private final ApplicationContextRunner application =
      new ApplicationContextRunner()
          .withConfiguration(AutoConfigurations.of(OmniQAutoConfiguration.class))
          .withPropertyValues("omniq.url=memory:");

  /** A bean with a task. */
  public static class Greetings {
    static final AtomicInteger MADE = new AtomicInteger();
    private final String word;

    public Greetings() {
      this("Hello");
    }

    Greetings(String word) {
      MADE.incrementAndGet();
      this.word = word;
    }

    @OmniTask
    public String greet(String name) {
      return word + " " + name;
    }
  }

  /** Tasks by contract. */
  public interface Farewells {
    @OmniTask
    String leave(String name);
  }

  /** What is behind the contract. */
  static final class PoliteFarewells implements Farewells {
    @Override
    public String leave(String name) {
      return "Goodbye " + name;
    }
  }

  @Test
  void markedMethod_runsOnItsBean() {
    application
        .withBean(Greetings.class)
        .run(
            context -> {
              OmniQ omniq = context.getBean(OmniQ.class);
              TaskId id = omniq.enqueue(task(Greetings.class, Greetings::greet, "Ada"));
              assertThat(result(omniq, id)).isEqualTo("Hello Ada");
            });
  }

  @Test
  void lazyBean_isMadeWhenItsTaskRuns() {
    Greetings.MADE.set(0);
    application
        .withBean(Greetings.class, Greetings::new, definition -> definition.setLazyInit(true))
        .run(
            context -> {
              assertThat(context.getBean(WorkerLifecycle.class).isRunning()).isTrue();
              assertThat(Greetings.MADE).hasValue(0);
              OmniQ omniq = context.getBean(OmniQ.class);
              result(omniq, omniq.enqueue(task(Greetings.class, Greetings::greet, "Ada")));
              assertThat(Greetings.MADE).hasValue(1);
            });
  }

  @Test
  void markedMethodOfAnInterface_runsOnTheBeanBehindIt_alsoThroughAProxyOfTheInterface() {
    application
        .withBean(
            Farewells.class, () -> (Farewells) new ProxyFactory(new PoliteFarewells()).getProxy())
        .run(
            context -> {
              OmniQ omniq = context.getBean(OmniQ.class);
              TaskId id = omniq.enqueue(task(Farewells.class, Farewells::leave, "Ada"));
              assertThat(result(omniq, id)).isEqualTo("Goodbye Ada");
            });
  }

  @Test
  void twoBeansWithTheSameTasks_areRefused_unlessOneIsPrimary() {
    application
        .withBean("a", Greetings.class, () -> new Greetings("Hi"))
        .withBean("b", Greetings.class, () -> new Greetings("Hey"))
        .run(
            context ->
                assertThat(context)
                    .getFailure()
                    .rootCause()
                    .hasMessageContaining("beans 'a' and 'b' both have the tasks of")
                    .hasMessageContaining("@Primary"));
    application
        .withBean("a", Greetings.class, () -> new Greetings("Hi"))
        .withBean(
            "b",
            Greetings.class,
            () -> new Greetings("Hey"),
            definition -> definition.setPrimary(true))
        .run(
            context -> {
              OmniQ omniq = context.getBean(OmniQ.class);
              TaskId id = omniq.enqueue(task(Greetings.class, Greetings::greet, "Ada"));
              assertThat(result(omniq, id)).isEqualTo("Hey Ada");
            });
  }

  @Test
  void typedTask_isHandledByACustomizersHandler_alsoAfterARestart() {
    application
        .withBean(
            OmniQWorkerCustomizer.class,
            () -> worker -> worker.handleReturning(SHOUT, text -> text.toUpperCase()))
        .run(
            context -> {
              OmniQ omniq = context.getBean(OmniQ.class);
              assertThat(result(omniq, omniq.enqueue(SHOUT.with("hey")))).isEqualTo("HEY");

              context.getSourceApplicationContext().stop();
              assertThat(context.getBean(WorkerLifecycle.class).isRunning()).isFalse();
              context.getSourceApplicationContext().start();

              assertThat(result(omniq, omniq.enqueue(SHOUT.with("you")))).isEqualTo("YOU");
            });
  }

  @Test
  void worker_takesFromTheQueuesOfTheProperties() {
    application
        .withBean(Greetings.class)
        .withPropertyValues("omniq.worker.queues.mail=2")
        .run(
            context -> {
              OmniQ omniq = context.getBean(OmniQ.class);
              TaskId elsewhere = omniq.enqueue(task(Greetings.class, Greetings::greet, "Ada"));
              TaskId id =
                  omniq.enqueue(task(Greetings.class, Greetings::greet, "Ada").queue("mail"));
              assertThat(result(omniq, id)).isEqualTo("Hello Ada");
              assertThat(omniq.task(elsewhere).orElseThrow().status())
                  .isEqualTo(TaskStatus.PENDING);
            });
  }

  @Test
  void taskOfAClassThatIsNoBean_isLeftToOthers() {
    application
        .withBean(
            OmniQWorkerCustomizer.class,
            () -> worker -> worker.handle(SHOUT, text -> assertThat(text).isNotNull()))
        .run(
            context -> {
              OmniQ omniq = context.getBean(OmniQ.class);
              TaskId others = omniq.enqueue(task(Greetings.class, Greetings::greet, "Ada"));
              TaskId own = omniq.enqueue(SHOUT.with("hey"));
              assertThat(omniq.await(own, PATIENCE)).isPresent();
              assertThat(omniq.task(others).orElseThrow().status()).isEqualTo(TaskStatus.PENDING);
            });
  }

  @Test
  void worker_isNotStarted_ifNothingIsRegistered(CapturedOutput output) {
    application.run(
        context -> {
          assertThat(context.getBean(WorkerLifecycle.class).isRunning()).isFalse();
          assertThat(output).contains("so no worker is started");
        });
  }

  @Test
  void worker_isNotThere_ifItIsSwitchedOff() {
    application
        .withBean(Greetings.class)
        .withPropertyValues("omniq.worker.enabled=false")
        .run(
            context -> {
              assertThat(context).doesNotHaveBean(WorkerLifecycle.class);
              assertThat(context.getBean(OmniQ.class).workers()).isEmpty();
            });
  }

  private static String result(OmniQ omniq, TaskId id) {
    assertThat(omniq.await(id, PATIENCE)).isPresent();
    return omniq.result(id, String.class);
  }
}
