package dev.omniq.codec;

import static dev.omniq.codec.Refusals.ALLOWED;

import dev.omniq.task.OmniTask;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** Which methods can be tasks, and what they are called. */
final class TaskMethods {
  private TaskMethods() {}

  /** The marked methods of a class, in the order of their names. */
  static List<TaskMethod> allOf(Class<?> type) {
    var methods = new ArrayList<TaskMethod>();
    for (Method method : type.getMethods()) {
      if (method.isAnnotationPresent(OmniTask.class) && unbridged(method).equals(method)) {
        methods.add(describe(type, method));
      }
    }
    for (Class<?> c = type; c != null; c = c.getSuperclass()) {
      for (Method method : c.getDeclaredMethods()) {
        if (method.isAnnotationPresent(OmniTask.class)) {
          requirePublicMethod(c, method); // or it would be passed over in silence
        }
      }
    }
    if (methods.isEmpty()) {
      throw new IllegalArgumentException(
          type.getName()
              + " has no task: none of its public methods is marked by @"
              + OmniTask.class.getSimpleName());
    }
    methods.sort((a, b) -> a.signature().compareTo(b.signature()));
    return methods;
  }

  /** The public method of a class, own or inherited. */
  static Method find(Class<?> owner, String name, Class<?>[] parameters) {
    try {
      return unbridged(owner.getMethod(name, parameters));
    } catch (NoSuchMethodException e) {
      declared(owner, name, parameters).ifPresent(method -> requirePublic(owner, method));
      throw new IllegalArgumentException(
          owner.getName() + " has no public method " + name + shown(parameters) + ALLOWED, e);
    }
  }

  /** Checks a method that is to run on the owner, or on nothing if it is static. */
  static TaskMethod describe(Class<?> owner, Method method) {
    boolean isStatic = Modifier.isStatic(method.getModifiers());
    requirePublic(owner, method);
    if (method.isVarArgs()) {
      throw new IllegalArgumentException(
          signature(owner, method)
              + " takes a variable number of arguments; a task takes a fixed number of them, such"
              + " as one List");
    }
    OmniTask mark = method.getAnnotation(OmniTask.class);
    String name = mark == null ? "" : mark.name();
    if (name.isEmpty()) {
      requireSingle(owner, method);
      name = defaultName(owner, method);
    }
    return new TaskMethod(
        name,
        mark == null ? List.of() : List.of(mark.aliases()),
        method,
        isStatic ? Optional.empty() : Optional.of(owner),
        parameterTypes(owner, method));
  }

  /** {@code Reports.generate(String, int)}. */
  static String signature(Class<?> owner, Method method) {
    return owner.getSimpleName() + "." + method.getName() + shown(method.getParameterTypes());
  }

  private static String shown(Class<?>[] parameters) {
    return Arrays.stream(parameters)
        .map(Class::getSimpleName)
        .collect(Collectors.joining(", ", "(", ")"));
  }

  private static String defaultName(Class<?> owner, Method method) {
    Class<?> named = Modifier.isStatic(method.getModifiers()) ? method.getDeclaringClass() : owner;
    return named.getName() + "#" + method.getName();
  }

  private static void requirePublic(Class<?> owner, Method method) {
    requirePublicMethod(owner, method);
    requirePublic(owner, method, owner);
    requirePublic(owner, method, method.getDeclaringClass());
  }

  private static void requirePublicMethod(Class<?> owner, Method method) {
    String access = access(method.getModifiers());
    if (!access.equals("public")) {
      throw new IllegalArgumentException(
          "%s is %s; a task is a public method of a public class"
              .formatted(signature(owner, method), access));
    }
  }

  private static void requirePublic(Class<?> owner, Method method, Class<?> type) {
    String access = access(type.getModifiers());
    if (!access.equals("public")) {
      throw new IllegalArgumentException(
          "%s cannot run as a task: %s is %s; a task is a public method of a public class"
              .formatted(signature(owner, method), type.getName(), access));
    }
    if (!type.getModule().isExported(type.getPackageName(), TaskMethods.class.getModule())) {
      throw new IllegalArgumentException(
          "%s cannot run as a task: package %s is not exported by %s"
              .formatted(signature(owner, method), type.getPackageName(), type.getModule()));
    }
  }

  private static String access(int modifiers) {
    if (Modifier.isPublic(modifiers)) {
      return "public";
    }
    if (Modifier.isProtected(modifiers)) {
      return "protected";
    }
    return Modifier.isPrivate(modifiers) ? "private" : "package-private";
  }

  /** Refuses a default name that another method of the class would have as well. */
  private static void requireSingle(Class<?> owner, Method method) {
    String name = defaultName(owner, method);
    Class<?> scope = Modifier.isStatic(method.getModifiers()) ? method.getDeclaringClass() : owner;
    for (Method other : scope.getMethods()) {
      OmniTask mark = other.getAnnotation(OmniTask.class);
      if (other.getName().equals(method.getName())
          && !Arrays.equals(other.getParameterTypes(), method.getParameterTypes())
          && !other.isSynthetic()
          && !other.isVarArgs()
          && defaultName(scope, other).equals(name)
          && (mark == null || mark.name().isEmpty())) {
        throw new IllegalArgumentException(
            "%s is overloaded (there is %s as well), so the stored name %s would be ambiguous; %s"
                .formatted(
                    signature(owner, method),
                    signature(owner, other),
                    name,
                    "give it a name of its own: @OmniTask(name = \"…\")"));
      }
    }
  }

  /**
   * The method that a compiler's bridge leads to, if the same class has it; a bridge that only
   * makes the method of a non-public superclass visible stands for itself.
   */
  private static Method unbridged(Method method) {
    if (method.isBridge()) {
      for (Method other : method.getDeclaringClass().getDeclaredMethods()) {
        if (!other.isBridge()
            && other.getName().equals(method.getName())
            && overrides(other.getParameterTypes(), method.getParameterTypes())) {
          return other;
        }
      }
    }
    return method;
  }

  private static boolean overrides(Class<?>[] special, Class<?>[] general) {
    boolean fits = special.length == general.length;
    for (int i = 0; fits && i < special.length; i++) {
      fits = general[i].isAssignableFrom(special[i]);
    }
    return fits;
  }

  private static List<Type> parameterTypes(Class<?> owner, Method method) {
    Method source = withGenerics(method);
    return Arrays.stream(source.getGenericParameterTypes())
        .map(type -> Types.resolve(type, owner, source.getDeclaringClass()))
        .toList();
  }

  /** A bridge knows no type arguments; the method it makes visible does. */
  private static Method withGenerics(Method method) {
    return method.isBridge()
        ? declared(method.getDeclaringClass(), method.getName(), method.getParameterTypes())
            .orElse(method)
        : method;
  }

  /** The nearest method of a class or a superclass, whatever its access, that is no bridge. */
  private static Optional<Method> declared(Class<?> type, String name, Class<?>[] parameters) {
    for (Class<?> c = type; c != null; c = c.getSuperclass()) {
      for (Method method : c.getDeclaredMethods()) {
        if (!method.isBridge()
            && method.getName().equals(name)
            && Arrays.equals(method.getParameterTypes(), parameters)) {
          return Optional.of(method);
        }
      }
    }
    return Optional.empty();
  }
}
