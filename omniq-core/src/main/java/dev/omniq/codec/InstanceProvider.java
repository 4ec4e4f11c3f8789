package dev.omniq.codec;

/**
 * Where a worker takes the instances from on which instance methods run: a Spring context ({@code
 * context::getBean}), a map ({@code beans::get}), a lambda. Called for each execution, from several
 * threads.
 */
@FunctionalInterface
public interface InstanceProvider {

  /** An instance of the class that the program named; never null. What it throws fails the task. */
  Object instance(Class<?> type) throws Exception;

  /**
   * Whether there is an instance of a class. A program that enqueues a method of a class that it
   * has none of leaves the task to others; by default it is taken to have one of every class.
   */
  default boolean provides(Class<?> type) {
    return true;
  }
}
