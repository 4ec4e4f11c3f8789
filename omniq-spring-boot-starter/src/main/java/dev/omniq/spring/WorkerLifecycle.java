package dev.omniq.spring;

import dev.omniq.OmniQ;
import dev.omniq.WorkerBuilder;
import dev.omniq.worker.Worker;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.context.SmartLifecycle;

/**
 * A worker that lives as long as the application runs: it starts last, when everything that
 * handlers need is there, and stops first, when all of that is there still.
 */
final class WorkerLifecycle implements SmartLifecycle {
  private static final Logger LOG = LoggerFactory.getLogger(WorkerLifecycle.class);

  private final OmniQ omniq;
  private final OmniQProperties.Worker properties;
  private final ConfigurableListableBeanFactory factory;
  private final List<OmniQWorkerCustomizer> customizers;

  // Kept, for a context may be stopped and started again, and handlers are registered once.
  private @Nullable WorkerBuilder builder;
  private @Nullable Worker worker;

  WorkerLifecycle(
      OmniQ omniq,
      OmniQProperties.Worker properties,
      ConfigurableListableBeanFactory factory,
      List<OmniQWorkerCustomizer> customizers) {
    this.omniq = omniq;
    this.properties = properties;
    this.factory = factory;
    this.customizers = customizers;
  }

  @Override
  public synchronized void start() {
    if (isRunning()) {
      return;
    }
    if (builder == null) {
      var beans = new TaskBeans(factory);
      if (beans.classes().isEmpty() && customizers.isEmpty()) {
        LOG.info("No bean has a method marked with @OmniTask, so no worker is started");
        return;
      }
      builder = configured(beans);
    }
    worker = builder.start();
  }

  private WorkerBuilder configured(TaskBeans beans) {
    WorkerBuilder configured = omniq.worker().instances(beans);
    properties.applyTo(configured);
    beans.classes().forEach(configured::tasks);
    customizers.forEach(customizer -> customizer.customize(configured));
    return configured;
  }

  @Override
  public synchronized void stop() {
    if (worker != null) {
      worker.close();
    }
  }

  @Override
  public synchronized boolean isRunning() {
    return worker != null && !worker.isClosed();
  }
}
