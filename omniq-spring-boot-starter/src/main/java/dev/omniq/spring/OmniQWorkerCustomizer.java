package dev.omniq.spring;

import dev.omniq.WorkerBuilder;

/**
 * A bean that has a say in the worker, after the properties and in the order of the beans: it
 * registers handlers of typed tasks, or classes of static methods, or sets an executor. Called
 * once, when the worker starts for the first time.
 */
@FunctionalInterface
public interface OmniQWorkerCustomizer {

  /** Changes the worker that is to be. */
  void customize(WorkerBuilder worker);
}
