package dev.omniq.codec;

import dev.omniq.task.TaskSpec;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a program can run: names of tasks, and the handlers behind them. A worker runs nothing else,
 * whatever is stored. Thread-safe; more may be registered while workers run.
 */
public final class Handlers {
  private final JsonCodec codec;
  private volatile @Nullable InstanceProvider instances;
  private volatile Registered registered = new Registered(Map.of(), Set.of());

  /** No handlers yet. */
  public Handlers(JsonCodec codec) {
    this.codec = codec;
  }

  /** Where instances come from from now on; without it instance methods are refused. */
  public void instances(InstanceProvider provider) {
    instances = Refusals.required(provider, "the provider of instances");
  }

  /**
   * Registers the methods of a class that are marked by {@link dev.omniq.task.OmniTask}, inherited
   * ones included; all or none.
   *
   * @throws IllegalArgumentException if there is none, if one cannot run, or if a name is taken
   */
  public void register(Class<?> type) {
    registerMethods(TaskMethod.allOf(type));
  }

  /**
   * Registers one method.
   *
   * @throws IllegalArgumentException if it cannot run, or if its name is taken by another handler
   */
  public void register(TaskMethod method) {
    registerMethods(List.of(method));
  }

  /**
   * Registers a method if this program can run it: an instance method needs an instance. Cheap for
   * a method that is registered already.
   *
   * @return whether it is registered
   * @throws IllegalArgumentException if its name is taken by another handler
   */
  public boolean registerIfRunnable(TaskMethod method) {
    if (registered.handlers().get(method.name()) instanceof MethodHandler known
        && known.method().equals(method)) {
      return true;
    }
    if (!method.instanceClass().map(this::hasInstance).orElse(true)) {
      return false;
    }
    register(method);
    return true;
  }

  private boolean hasInstance(Class<?> type) {
    InstanceProvider provider = instances;
    return provider != null && provider.provides(type);
  }

  /**
   * Registers a typed handler that returns nothing.
   *
   * @param names the stored name, and former names
   * @param payload the type that payloads are read by
   * @throws IllegalArgumentException if a name is taken by another handler
   */
  public <T> void register(List<String> names, TypeRef<T> payload, TypedHandler<T> handler) {
    Refusals.required(handler, "the handler of " + names);
    TypedFunction<T> function =
        given -> {
          handler.handle(given);
          return null;
        };
    registerTyped(names, payload, function, handler);
  }

  /**
   * Registers a typed handler that returns a result.
   *
   * @param names the stored name, and former names
   * @param payload the type that payloads are read by
   * @throws IllegalArgumentException if a name is taken by another handler
   */
  public <T> void registerReturning(
      List<String> names, TypeRef<T> payload, TypedFunction<T> handler) {
    registerTyped(names, payload, Refusals.required(handler, "the handler of " + names), handler);
  }

  /** All names, aliases included: an immutable set that is made at registration, not here. */
  public Set<String> names() {
    return registered.names();
  }

  /** The handler of a name. */
  public Optional<Handler> find(String name) {
    return Optional.ofNullable(registered.handlers().get(name));
  }

  private <T> void registerTyped(
      List<String> names, TypeRef<T> payload, TypedFunction<T> function, Object identity) {
    names.forEach(TaskSpec::requireName);
    var handler = new TypedTaskHandler<T>(names.get(0), payload, function, identity, codec);
    codec.requireReadable(handler.description(), List.of(payload.type()));
    add(List.of(new Entry(names, handler)));
  }

  private void registerMethods(List<TaskMethod> methods) {
    var entries = new ArrayList<Entry>();
    for (TaskMethod method : methods) {
      if (method.instanceClass().isPresent() && instances == null) {
        throw new IllegalArgumentException(
            method.signature()
                + " is an instance method, but the worker has no instances; configure"
                + " instances(…)");
      }
      codec.requireReadable(method.signature(), method.parameterTypes());
      var names = new ArrayList<>(List.of(method.name()));
      names.addAll(method.aliases());
      entries.add(new Entry(names, new MethodHandler(method, codec, () -> instances)));
    }
    add(entries);
  }

  private synchronized void add(List<Entry> entries) {
    var handlers = new HashMap<>(registered.handlers());
    for (Entry entry : entries) {
      for (String name : entry.names()) {
        @Nullable Handler other = handlers.putIfAbsent(name, entry.handler());
        if (other != null && !same(other, entry.handler())) {
          throw new IllegalArgumentException(
              "two handlers for the task name '%s': %s and %s; give one of them another name"
                  .formatted(name, other.description(), entry.handler().description()));
        }
      }
    }
    registered = new Registered(Map.copyOf(handlers), Set.copyOf(handlers.keySet()));
  }

  private static boolean same(Handler a, Handler b) {
    if (a instanceof MethodHandler method && b instanceof MethodHandler other) {
      return method.method().equals(other.method());
    }
    return a instanceof TypedTaskHandler<?> typed
        && b instanceof TypedTaskHandler<?> other
        && typed.identity().equals(other.identity())
        && typed.payload().equals(other.payload());
  }

  private record Entry(List<String> names, Handler handler) {}

  private record Registered(Map<String, Handler> handlers, Set<String> names) {}
}
