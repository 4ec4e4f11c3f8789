package dev.omniq.codec;

import dev.omniq.task.OmniQException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Runs a method of the program. */
final class MethodHandler implements Handler {
  private final TaskMethod method;
  private final JsonCodec codec;
  private final Supplier<@Nullable InstanceProvider> instances;
  private final Type resultType;
  private final String description;

  MethodHandler(
      TaskMethod method, JsonCodec codec, Supplier<@Nullable InstanceProvider> instances) {
    this.method = method;
    this.codec = codec;
    this.instances = instances;
    this.resultType = resultType(method);
    this.description = method.signature();
  }

  TaskMethod method() {
    return method;
  }

  @Override
  public @Nullable Object invoke(String arguments) throws Exception {
    @Nullable Object[] decoded =
        codec.decodeArguments(description, method.parameterTypes(), arguments);
    Object instance =
        method.instanceClass().isPresent() ? instance(method.instanceClass().get()) : null;
    try {
      return method.method().invoke(instance, decoded);
    } catch (InvocationTargetException e) {
      throw thrown(e);
    }
  }

  @Override
  public String encodeResult(@Nullable Object result) {
    return codec.encodeResult(description, resultType, result);
  }

  @Override
  public String description() {
    return description;
  }

  private Object instance(Class<?> type) throws Exception {
    InstanceProvider provider = instances.get();
    if (provider == null) {
      throw new OmniQException(
          description
              + " needs an instance, but the worker has no instances; configure instances(…)");
    }
    @Nullable Object instance = provider.instance(type);
    if (!type.isInstance(instance)) {
      throw new OmniQException(
          "%s needs an instance of %s, but the instance provider gave %s"
              .formatted(
                  description,
                  type.getName(),
                  instance == null ? "null" : "one of " + instance.getClass().getName()));
    }
    return instance;
  }

  private static Exception thrown(InvocationTargetException e) {
    Throwable thrown = e.getCause();
    if (thrown instanceof Error error) {
      throw error;
    }
    return thrown instanceof Exception exception ? exception : e;
  }

  /** The declared type: a subtype's own properties and the id of its type depend on it. */
  private static Type resultType(TaskMethod method) {
    Method m = method.method();
    Class<?> owner = method.instanceClass().orElse(m.getDeclaringClass());
    Type type = Types.resolve(m.getGenericReturnType(), owner, m.getDeclaringClass());
    if (!CompletionStage.class.isAssignableFrom(m.getReturnType())) {
      return type;
    }
    // A stage's own type argument is what arrives; of a subclass of a stage that is not known.
    return type instanceof ParameterizedType stage && stage.getActualTypeArguments().length == 1
        ? stage.getActualTypeArguments()[0]
        : Object.class;
  }
}
