package dev.omniq.codec;

import dev.omniq.task.TaskSpec;
import java.lang.reflect.Method;
import java.lang.reflect.Type;
import java.util.List;
import java.util.Optional;

/**
 * A public method that can run as a task. Made by {@link MethodReference#resolve} and {@link
 * #allOf}, which check it.
 *
 * @param name the stored name: the one given by {@link dev.omniq.task.OmniTask}, otherwise {@code
 *     package.Class#method}; the class is the declaring one of a static method, and the one that
 *     the program gave of an instance method
 * @param aliases former names
 * @param method the method
 * @param instanceClass the class whose instance it runs on; empty for a static method
 * @param parameterTypes the types of its parameters, with the type variables of an inherited method
 *     resolved
 */
public record TaskMethod(
    String name,
    List<String> aliases,
    Method method,
    Optional<Class<?>> instanceClass,
    List<Type> parameterTypes) {

  /** Checks the names. */
  public TaskMethod {
    TaskSpec.requireName(name);
    aliases = List.copyOf(aliases);
    aliases.forEach(TaskSpec::requireName);
    parameterTypes = List.copyOf(parameterTypes);
  }

  /**
   * The methods of a class that are marked by {@link dev.omniq.task.OmniTask}: static and instance
   * methods, inherited ones included.
   *
   * @throws IllegalArgumentException if there is none, or if one cannot run as a task
   */
  public static List<TaskMethod> allOf(Class<?> type) {
    return TaskMethods.allOf(Refusals.required(type, "the class of tasks"));
  }

  /** How people know it, such as {@code Reports.generate(String, int)}. */
  public String signature() {
    return TaskMethods.signature(instanceClass.orElse(method.getDeclaringClass()), method);
  }
}
