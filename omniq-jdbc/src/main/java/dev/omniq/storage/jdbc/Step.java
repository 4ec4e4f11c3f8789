package dev.omniq.storage.jdbc;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/**
 * One kind of call: a method of {@link Statements} over a list of inputs. Neighbouring calls of one
 * step share a run, so a step is one instance for the life of its store.
 *
 * @param name for messages
 * @param mode how it is committed
 * @param work what it does
 */
record Step<I, O>(String name, Mode mode, Work<I, O> work, Predicate<List<I>> oneStatement) {

  /** How a step is committed. */
  enum Mode {
    /** With its neighbours, in one transaction. */
    SHARED,
    /** By itself, in autocommit mode. */
    SINGLE,
    /** Changes nothing, so it can be repeated; in autocommit mode. */
    READ
  }

  /** What a step does. */
  @FunctionalInterface
  interface Work<I, O> {
    /** Answers inputs: as many answers, in their order. */
    List<O> run(Transaction transaction, List<I> inputs) throws SQLException;
  }

  /** What a step does that takes one input at a time. */
  @FunctionalInterface
  interface One<I, O> {
    /** Answers one input. */
    O run(Transaction transaction, I input) throws SQLException;
  }

  static <I, O> Step<I, O> shared(String name, Work<I, O> work) {
    return new Step<>(name, Mode.SHARED, work, inputs -> false);
  }

  /**
   * A shared step that may need no transaction around it.
   *
   * @param oneStatement whether one statement, which is a transaction of itself, does all that is
   *     to be done for these inputs
   */
  static <I, O> Step<I, O> shared(String name, Work<I, O> work, Predicate<List<I>> oneStatement) {
    return new Step<>(name, Mode.SHARED, work, oneStatement);
  }

  static <I, O> Step<I, O> sharedOne(String name, One<I, O> work) {
    return shared(name, each(work));
  }

  /** A shared step that commits itself when it is alone, in a way of its own. */
  static <I, O> Step<I, O> sharedOrSingle(String name, One<I, O> work) {
    return shared(name, each(work), inputs -> inputs.size() == 1);
  }

  static <I, O> Step<I, O> single(String name, One<I, O> work) {
    return new Step<>(name, Mode.SINGLE, each(work), inputs -> false);
  }

  static <I, O> Step<I, O> read(String name, One<I, O> work) {
    return new Step<>(name, Mode.READ, each(work), inputs -> false);
  }

  private static <I, O> Work<I, O> each(One<I, O> work) {
    return (transaction, inputs) -> {
      List<O> answers = new ArrayList<>(inputs.size());
      for (I input : inputs) {
        answers.add(work.run(transaction, input));
      }
      return answers;
    };
  }
}
