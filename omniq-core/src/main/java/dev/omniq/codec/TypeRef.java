package dev.omniq.codec;

import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;

/**
 * A type with its type arguments, which a class literal cannot express: {@code new
 * TypeRef<List<String>>() {}}. Immutable.
 *
 * @param <T> the type
 */
public abstract class TypeRef<T> {
  private final Type type;

  /**
   * Captures the type.
   *
   * @throws IllegalArgumentException if the type is missing, or mentions a type variable
   */
  protected TypeRef() {
    if (!(getClass().getGenericSuperclass() instanceof ParameterizedType captured)
        || getClass().getSuperclass() != TypeRef.class) {
      throw new IllegalArgumentException(
          "a TypeRef needs its type; write new TypeRef<List<String>>() {}");
    }
    type = captured.getActualTypeArguments()[0];
    if (Types.hasVariable(type)) {
      throw new IllegalArgumentException(
          "a TypeRef needs a type that is known when it is compiled, but got "
              + type.getTypeName());
    }
  }

  private TypeRef(Type type) {
    this.type = type;
  }

  /** The type of a class without type arguments. */
  public static <T> TypeRef<T> of(Class<T> type) {
    return new TypeRef<>(type) {};
  }

  /** The captured type. */
  public final Type type() {
    return type;
  }

  @Override
  public final boolean equals(Object other) {
    return other instanceof TypeRef<?> that && type.equals(that.type);
  }

  @Override
  public final int hashCode() {
    return type.hashCode();
  }

  @Override
  public final String toString() {
    return type.getTypeName();
  }
}
