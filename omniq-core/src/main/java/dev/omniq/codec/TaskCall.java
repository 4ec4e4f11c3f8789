package dev.omniq.codec;

import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A task name with values for its parameters, as the program gave them: not copied, and not JSON
 * yet.
 */
public final class TaskCall {
  private final String name;
  private final List<Type> types;
  private final List<?> arguments;
  private final @Nullable TaskMethod method;

  private TaskCall(String name, List<Type> types, List<?> arguments, @Nullable TaskMethod method) {
    this.name = name;
    this.types = types;
    this.arguments = arguments;
    this.method = method;
  }

  /** A call of a method. */
  public static TaskCall of(TaskMethod method, @Nullable Object... arguments) {
    List<?> values = Collections.unmodifiableList(Arrays.asList(arguments));
    return new TaskCall(method.name(), method.parameterTypes(), values, method);
  }

  /** A call of whatever handles a name, with one payload. */
  public static <T> TaskCall of(String name, TypeRef<T> type, T payload) {
    return new TaskCall(name, List.of(type.type()), List.of(payload), null);
  }

  /** A call of whatever handles a name, with values as JSON has them. */
  public static TaskCall ofJson(String name, List<?> arguments) {
    List<?> values = Collections.unmodifiableList(new ArrayList<>(arguments));
    return new TaskCall(name, Collections.nCopies(values.size(), Object.class), values, null);
  }

  /** The stored name. */
  public String name() {
    return name;
  }

  /** The method that is called; empty for a typed task. */
  public Optional<TaskMethod> method() {
    return Optional.ofNullable(method);
  }

  /**
   * The arguments as they stand now, as a JSON array.
   *
   * @throws IllegalArgumentException if JSON cannot carry one of them there and back, or if they
   *     are over the limit of the codec
   */
  public String encode(JsonCodec codec) {
    return codec.encodeArguments(this, types, arguments);
  }

  /** What is called, for people. */
  @Override
  public String toString() {
    return method == null ? "task '" + name + "'" : method.signature();
  }
}
