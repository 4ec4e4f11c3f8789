package dev.omniq.codec;

import java.io.Serializable;

/**
 * A reference to a method that is to run as a task, such as {@code Reports::generate}.
 *
 * <p>One functional interface per number of arguments accepts methods that return nothing or a
 * value, that throw, and that are overloaded, without ambiguity: its own method returns {@code
 * void} and throws {@code Exception}. It is never called. The real method is read from the
 * serialized form of the reference, once per place in the program; that is why these interfaces are
 * serializable.
 *
 * <p>Only plain references to public methods of public classes are accepted. A lambda, a
 * constructor, a method with a variable number of arguments and a reference that captures an object
 * ({@code service::generate}) are refused: a stored task could not find its way back to them.
 */
@SuppressWarnings("serial") // never serialized; only its form is read
public sealed interface MethodReference extends Serializable {

  /**
   * The static method that is referred to.
   *
   * @throws IllegalArgumentException if it is not a plain reference to a public static method
   */
  static TaskMethod resolve(MethodReference reference) {
    return ReferenceResolver.resolve(reference, null);
  }

  /**
   * The instance method that is referred to, to be run on an instance of the given class.
   *
   * @throws IllegalArgumentException if it is not a plain reference to a public instance method of
   *     that class
   */
  static TaskMethod resolve(Class<?> type, MethodReference reference) {
    return ReferenceResolver.resolve(reference, Refusals.required(type, "the class of the task"));
  }

  /** A method with no arguments. */
  @FunctionalInterface
  non-sealed interface Of0 extends MethodReference {
    /** Has the shape of the method; never called. */
    void call() throws Exception;
  }

  /** A method with one argument. */
  @FunctionalInterface
  non-sealed interface Of1<A> extends MethodReference {
    /** Has the shape of the method; never called. */
    void call(A a) throws Exception;
  }

  /** A method with two arguments. */
  @FunctionalInterface
  non-sealed interface Of2<A, B> extends MethodReference {
    /** Has the shape of the method; never called. */
    void call(A a, B b) throws Exception;
  }

  /** A method with three arguments. */
  @FunctionalInterface
  non-sealed interface Of3<A, B, C> extends MethodReference {
    /** Has the shape of the method; never called. */
    void call(A a, B b, C c) throws Exception;
  }

  /** A method with four arguments. */
  @FunctionalInterface
  non-sealed interface Of4<A, B, C, D> extends MethodReference {
    /** Has the shape of the method; never called. */
    void call(A a, B b, C c, D d) throws Exception;
  }

  /** A method with five arguments. */
  @FunctionalInterface
  non-sealed interface Of5<A, B, C, D, E> extends MethodReference {
    /** Has the shape of the method; never called. */
    void call(A a, B b, C c, D d, E e) throws Exception;
  }

  /** A method with six arguments. */
  @FunctionalInterface
  non-sealed interface Of6<A, B, C, D, E, F> extends MethodReference {
    /** Has the shape of the method; never called. */
    void call(A a, B b, C c, D d, E e, F f) throws Exception;
  }

  /** An instance method with six arguments, and its receiver. */
  @FunctionalInterface
  non-sealed interface Of7<A, B, C, D, E, F, G> extends MethodReference {
    /** Has the shape of the method; never called. */
    void call(A a, B b, C c, D d, E e, F f, G g) throws Exception;
  }
}
