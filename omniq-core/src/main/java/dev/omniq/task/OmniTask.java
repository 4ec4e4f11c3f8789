package dev.omniq.task;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Marks a public method as a task. {@code worker.tasks(C.class)} registers the marked methods of
 * {@code C}; nothing else in stored data can make a worker run a method.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
public @interface OmniTask {

  /**
   * The stored name, which survives renaming and moving the method. By default {@code
   * package.Class#method}. An overloaded method needs one.
   */
  String name() default "";

  /** Former names, under which stored tasks may still wait. */
  String[] aliases() default {};
}
