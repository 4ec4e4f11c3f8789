package dev.omniq.spring;

import static dev.omniq.TaskRequest.task;
import static org.assertj.core.api.Assertions.assertThat;

import dev.omniq.OmniQ;
import dev.omniq.task.OmniTask;
import dev.omniq.task.TaskId;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.health.contributor.Status;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

/** What the actuator says of a queue. */
public class OmniQHealthTest {
  private final ApplicationContextRunner application =
      new ApplicationContextRunner()
          .withConfiguration(
              AutoConfigurations.of(
                  OmniQAutoConfiguration.class, OmniQHealthAutoConfiguration.class))
          .withBean(Failing.class)
          .withPropertyValues("omniq.url=memory:");

  /** A bean whose task fails. */
  public static class Failing {
    @OmniTask
    public void fail() {
      throw new IllegalStateException("no paper");
    }
  }

  @Test
  void queueThatIsWell_isUp() {
    application.run(
        context -> {
          Health health = context.getBean("omniqHealthIndicator", HealthIndicator.class).health();
          assertThat(health.getStatus()).isEqualTo(Status.UP);
          assertThat(health.getDetails()).containsEntry("findings", List.of());
        });
  }

  @Test
  void findings_areDetails_andLeaveItUp() {
    application.run(
        context -> {
          OmniQ omniq = context.getBean(OmniQ.class);
          TaskId id = omniq.enqueue(task(Failing.class, Failing::fail).maxRetries(0));
          assertThat(omniq.await(id, Duration.ofSeconds(20))).isPresent();

          Health health = context.getBean(HealthIndicator.class).health();

          assertThat(health.getStatus()).isEqualTo(Status.UP);
          assertThat(health.getDetails().get("findings"))
              .asInstanceOf(InstanceOfAssertFactories.list(Map.class))
              .singleElement()
              .satisfies(
                  finding -> {
                    assertThat(finding.get("trouble")).isEqualTo("FAILURES");
                    assertThat(finding.get("what")).asString().contains("no paper");
                    assertThat(finding.get("remedy")).asString().contains("omniq show " + id);
                  });
        });
  }

  @Test
  void storeThatDoesNotAnswer_isDown() {
    application.run(
        context -> {
          context.getBean(OmniQ.class).close();
          Health health = context.getBean(HealthIndicator.class).health();
          assertThat(health.getStatus()).isEqualTo(Status.DOWN);
          assertThat(health.getDetails()).containsKey("error");
        });
  }

  @Test
  void indicator_isNotThere_ifItIsSwitchedOff() {
    application
        .withPropertyValues("management.health.omniq.enabled=false")
        .run(context -> assertThat(context).doesNotHaveBean(OmniQHealthIndicator.class));
  }
}
