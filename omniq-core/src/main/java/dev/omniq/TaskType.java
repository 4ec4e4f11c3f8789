package dev.omniq;

import dev.omniq.codec.TaskCall;
import dev.omniq.codec.TypeRef;
import dev.omniq.task.TaskSpec;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A named task with one typed payload: for what must keep its name for years, or across services.
 * The payload is stored as a JSON array with one element. Immutable.
 *
 * <pre>{@code
 * static final TaskType<SendEmail> SEND_EMAIL = TaskType.of("send-email", SendEmail.class);
 * }</pre>
 *
 * @param <T> the payload
 */
public final class TaskType<T> {
  private final String name;
  private final List<String> aliases;
  private final TypeRef<T> payload;

  private TaskType(String name, List<String> aliases, TypeRef<T> payload) {
    this.name = name;
    this.aliases = aliases;
    this.payload = payload;
  }

  /**
   * A task with a payload of a class without type arguments.
   *
   * @param name the stored name, 1 to 255 characters
   * @throws IllegalArgumentException if the name is blank, too long, or has control characters
   */
  public static <T> TaskType<T> of(String name, Class<T> payload) {
    return of(name, TypeRef.of(Given.required(payload, "the payload type of task " + name)));
  }

  /**
   * A task with a payload of a type with type arguments: {@code TaskType.of("send-all", new
   * TypeRef<List<SendEmail>>() {})}.
   *
   * @param name the stored name, 1 to 255 characters
   * @throws IllegalArgumentException if the name is blank, too long, or has control characters
   */
  public static <T> TaskType<T> of(String name, TypeRef<T> payload) {
    TaskSpec.requireName(Given.required(name, "task name"));
    return new TaskType<>(
        name, List.of(), Given.required(payload, "the payload type of task " + name));
  }

  /** This task with former names, under which stored tasks may still wait. */
  public TaskType<T> withAliases(String... formerNames) {
    for (@Nullable String alias : formerNames) {
      TaskSpec.requireName(Given.required(alias, "an alias of task " + name));
    }
    return new TaskType<>(name, List.of(formerNames), payload);
  }

  /**
   * A request to run this task with a payload, which is read when the request is enqueued.
   *
   * @throws IllegalArgumentException if the payload is null
   */
  public TaskRequest with(T value) {
    return new TaskRequest(
        TaskCall.of(name, payload, Given.required(value, "the payload of task '" + name + "'")));
  }

  /** The stored name. */
  public String name() {
    return name;
  }

  /** Former names. */
  public List<String> aliases() {
    return aliases;
  }

  /** The stored name, and the former names behind it. */
  List<String> names() {
    return Stream.concat(Stream.of(name), aliases.stream()).toList();
  }

  /** The type of the payload. */
  public TypeRef<T> payload() {
    return payload;
  }

  @Override
  public String toString() {
    return "TaskType[" + name + ", " + payload + "]";
  }
}
