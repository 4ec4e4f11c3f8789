package dev.omniq.codec;

import java.lang.reflect.GenericArrayType;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.lang.reflect.TypeVariable;
import java.lang.reflect.WildcardType;
import java.util.Arrays;
import java.util.stream.Stream;
import tools.jackson.databind.JavaType;
import tools.jackson.databind.type.TypeBindings;
import tools.jackson.databind.type.TypeFactory;

/** What the types of Java's reflection lack. */
final class Types {
  private static final TypeFactory FACTORY = TypeFactory.createDefaultInstance();

  private Types() {}

  /**
   * A type as it is in a class that inherits it: {@code T} of {@code Base<T>} is {@code String} in
   * {@code Sub extends Base<String>}. A variable that nothing binds stands for its bound.
   */
  static Type resolve(Type type, Class<?> owner, Class<?> declaring) {
    if (!hasVariable(type)) {
      return type;
    }
    JavaType base = FACTORY.constructType(owner).findSuperType(declaring);
    TypeBindings bindings = base == null ? TypeBindings.emptyBindings() : base.getBindings();
    return FACTORY.resolveMemberType(type, bindings);
  }

  /** The type as it is written in a program. */
  static String name(Type type) {
    return type instanceof JavaType resolved ? resolved.toCanonical() : type.getTypeName();
  }

  /** Whether a type is, or mentions, a type variable. */
  static boolean hasVariable(Type type) {
    if (type instanceof ParameterizedType parameterized) {
      return Arrays.stream(parameterized.getActualTypeArguments()).anyMatch(Types::hasVariable);
    }
    if (type instanceof GenericArrayType array) {
      return hasVariable(array.getGenericComponentType());
    }
    if (type instanceof WildcardType wildcard) {
      return Stream.of(wildcard.getUpperBounds(), wildcard.getLowerBounds())
          .flatMap(Arrays::stream)
          .anyMatch(Types::hasVariable);
    }
    return type instanceof TypeVariable<?>;
  }
}
