package dev.omniq.spring;

import static dev.omniq.TaskRequest.task;
import static org.assertj.core.api.Assertions.assertThat;

import dev.omniq.OmniQ;
import dev.omniq.dashboard.Access;
import dev.omniq.micrometer.QueueMetrics;
import dev.omniq.micrometer.TaskMetrics;
import dev.omniq.opentelemetry.OmniQTracing;
import dev.omniq.task.OmniTask;
import dev.omniq.task.TaskId;
import dev.omniq.task.TaskInterceptor;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.opentelemetry.api.OpenTelemetry;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;
import org.springframework.boot.web.servlet.ServletRegistrationBean;

/** Metrics, traces and the dashboard are there where their modules are. */
public class WatchingTest {
  private static final AutoConfigurations OURS =
      AutoConfigurations.of(
          OmniQAutoConfiguration.class,
          OmniQMetricsAutoConfiguration.class,
          OmniQTracingAutoConfiguration.class,
          OmniQDashboardAutoConfiguration.class);

  private final ApplicationContextRunner application =
      new ApplicationContextRunner()
          .withConfiguration(OURS)
          .withBean(Printing.class)
          .withPropertyValues("omniq.url=memory:");

  private final WebApplicationContextRunner webApplication =
      new WebApplicationContextRunner()
          .withConfiguration(OURS)
          .withPropertyValues("omniq.url=memory:");

  /** A bean with a task. */
  public static class Printing {
    @OmniTask
    public void print() {}
  }

  @Test
  void tasks_areCounted_ifThereIsARegistry() {
    application
        .withBean(MeterRegistry.class, SimpleMeterRegistry::new)
        .run(
            context -> {
              OmniQ omniq = context.getBean(OmniQ.class);
              TaskId id = omniq.enqueue(task(Printing.class, Printing::print));
              assertThat(omniq.await(id, Duration.ofSeconds(20))).isPresent();

              MeterRegistry registry = context.getBean(MeterRegistry.class);
              assertThat(registry.get("omniq.tasks.enqueued").counter().count()).isEqualTo(1);
              assertThat(context).hasSingleBean(QueueMetrics.class);
            });
  }

  @Test
  void nothingIsCounted_withoutARegistryOrTheModule() {
    application.run(context -> assertThat(context).doesNotHaveBean(TaskMetrics.class));
    application
        .withBean(MeterRegistry.class, SimpleMeterRegistry::new)
        .withClassLoader(new FilteredClassLoader(TaskMetrics.class))
        .run(context -> assertThat(context).hasSingleBean(OmniQ.class));
  }

  @Test
  void traces_areCarried_ifThereIsOpenTelemetry() {
    application
        .withBean(OpenTelemetry.class, OpenTelemetry::noop)
        .run(
            context -> {
              assertThat(context.getBean(OmniQ.class).settings().interceptors())
                  .hasSize(1)
                  .hasOnlyElementsOfType(OmniQTracing.class);
            });
    application.run(context -> assertThat(context).doesNotHaveBean(TaskInterceptor.class));
  }

  @Test
  void dashboard_isAPartOfAWebApplication_unlessItIsSwitchedOff() {
    webApplication.run(
        context ->
            assertThat(
                    context
                        .getBean("omniqDashboard", ServletRegistrationBean.class)
                        .getUrlMappings())
                .isEqualTo(java.util.Set.of("/omniq/*")));
    webApplication
        .withPropertyValues("omniq.dashboard.path=/admin/queue")
        .run(
            context ->
                assertThat(
                        context
                            .getBean("omniqDashboard", ServletRegistrationBean.class)
                            .getUrlMappings())
                    .isEqualTo(java.util.Set.of("/admin/queue/*")));
    webApplication
        .withPropertyValues("omniq.dashboard.enabled=false")
        .run(context -> assertThat(context).doesNotHaveBean("omniqDashboard"));
    webApplication
        .withClassLoader(new FilteredClassLoader(Access.class.getPackageName()))
        .run(context -> assertThat(context).hasNotFailed().doesNotHaveBean("omniqDashboard"));
    application.run(context -> assertThat(context).doesNotHaveBean("omniqDashboard"));
  }

  @Test
  void pathThatIsNone_endsTheStart() {
    webApplication
        .withPropertyValues("omniq.dashboard.path=omniq/*")
        .run(
            context ->
                assertThat(context.getStartupFailure())
                    .rootCause()
                    .hasMessageContaining("must look like /omniq"));
  }
}
