package dev.omniq.codec;

import static dev.omniq.codec.Refusals.ALLOWED;

import java.io.IOException;
import java.io.ObjectOutputStream;
import java.io.OutputStream;
import java.lang.invoke.MethodHandleInfo;
import java.lang.invoke.MethodType;
import java.lang.invoke.SerializedLambda;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Finds the method behind a method reference.
 *
 * <p>Every place in a program that contains a method reference has a class of its own, which the
 * JVM makes; what was found is kept with that class, so only the first use of a place costs
 * reflection.
 *
 * <p>The serialized form names a class that differs between compilers for an inherited method: the
 * declaring class, or the class written before the colons. Nothing here depends on which one it is.
 */
final class ReferenceResolver {
  private static final ClassValue<AtomicReference<@Nullable TaskMethod>> FOUND =
      new ClassValue<>() {
        @Override
        protected AtomicReference<@Nullable TaskMethod> computeValue(Class<?> place) {
          return new AtomicReference<>();
        }
      };

  private ReferenceResolver() {}

  /** The method referred to; static if no class is given, otherwise an instance method of it. */
  static TaskMethod resolve(@Nullable MethodReference reference, @Nullable Class<?> given) {
    if (reference == null) {
      throw new IllegalArgumentException("the method of a task is null" + ALLOWED);
    }
    AtomicReference<@Nullable TaskMethod> found = FOUND.get(reference.getClass());
    TaskMethod known = found.get();
    // One place may be used with several classes: a loop over subclasses with Base::run.
    if (known != null && known.instanceClass().orElse(null) == given) {
      return known;
    }
    TaskMethod resolved = find(reference, given);
    found.set(resolved);
    return resolved;
  }

  private static TaskMethod find(MethodReference reference, @Nullable Class<?> given) {
    SerializedLambda form = serializedForm(reference);
    requirePlain(form);
    ClassLoader loader = reference.getClass().getClassLoader();
    try {
      Class<?> holder = Class.forName(form.getImplClass().replace('/', '.'), false, loader);
      Class<?>[] parameters =
          MethodType.fromMethodDescriptorString(form.getImplMethodSignature(), loader)
              .parameterArray();
      boolean isStatic = form.getImplMethodKind() == MethodHandleInfo.REF_invokeStatic;
      requireForm(form, isStatic, given);
      Class<?> owner = given == null ? holder : given;
      Method method = TaskMethods.find(owner, form.getImplMethodName(), parameters);
      requireForm(form, Modifier.isStatic(method.getModifiers()), given);
      return TaskMethods.describe(owner, method);
    } catch (ClassNotFoundException | TypeNotPresentException e) {
      throw new IllegalArgumentException(
          "the method of a task cannot be loaded: " + shown(form) + ": " + e.getMessage(), e);
    }
  }

  private static void requirePlain(SerializedLambda form) {
    if (form.getImplMethodName().startsWith("lambda$")) {
      throw new IllegalArgumentException(
          "the method of a task is a lambda, in "
              + form.getCapturingClass().replace('/', '.')
              + ALLOWED
              + " (the compiler also makes a lambda of a reference to a method with a variable"
              + " number of arguments, to an array's constructor, to a method of super, and to a"
              + " protected method of another package)");
    }
    if (form.getImplMethodKind() == MethodHandleInfo.REF_newInvokeSpecial) {
      throw new IllegalArgumentException(
          "the method of a task is a constructor, "
              + form.getImplClass().replace('/', '.')
              + "::new"
              + ALLOWED);
    }
    if (form.getCapturedArgCount() > 0) {
      String type = simpleName(form);
      String method = form.getImplMethodName();
      throw new IllegalArgumentException(
          "the method of a task captures an object, on which "
              + shown(form)
              + " would be called, and an object cannot be stored; allowed is the class and the"
              + " method: task(%s.class, %s::%s, …)".formatted(type, type, method));
    }
  }

  private static void requireForm(
      SerializedLambda form, boolean isStatic, @Nullable Class<?> given) {
    if (isStatic && given != null) {
      throw new IllegalArgumentException(
          shown(form) + " is static; write it without the class: task(" + referred(form) + ", …)");
    }
    if (!isStatic && given == null) {
      throw new IllegalArgumentException(
          shown(form)
              + " is an instance method; name the class whose instance is to run it: "
              + "task(%s.class, %s, …)".formatted(simpleName(form), referred(form)));
    }
  }

  /**
   * The form that a reference would be serialized in. Asking the serialization for it, which ends
   * at the replacement, needs no access to the class behind the reference.
   */
  private static SerializedLambda serializedForm(MethodReference reference) {
    try (var reader = new FormReader()) {
      reader.writeObject(reference);
      if (reader.form instanceof SerializedLambda form) {
        return form;
      }
    } catch (IOException | RuntimeException e) {
      throw notAReference(reference, e);
    }
    throw notAReference(reference, null);
  }

  private static IllegalArgumentException notAReference(
      MethodReference reference, @Nullable Exception cause) {
    return new IllegalArgumentException(
        "the method of a task is an object of " + reference.getClass().getName() + ALLOWED, cause);
  }

  private static String shown(SerializedLambda form) {
    return simpleName(form) + "." + form.getImplMethodName();
  }

  private static String referred(SerializedLambda form) {
    return simpleName(form) + "::" + form.getImplMethodName();
  }

  private static String simpleName(SerializedLambda form) {
    String name = form.getImplClass();
    return name.substring(Math.max(name.lastIndexOf('/'), name.lastIndexOf('$')) + 1);
  }

  /** Takes what the first object is replaced by, and writes nothing. */
  private static final class FormReader extends ObjectOutputStream {
    private @Nullable Object form;

    FormReader() throws IOException {
      super(OutputStream.nullOutputStream());
      enableReplaceObject(true);
    }

    @Override
    protected @Nullable Object replaceObject(Object replacement) {
      form = replacement;
      return null;
    }
  }
}
