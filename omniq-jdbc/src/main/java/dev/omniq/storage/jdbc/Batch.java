package dev.omniq.storage.jdbc;

import dev.omniq.storage.jdbc.Step.Mode;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Calls that share a transaction. Their answers are given out only when it has committed. */
final class Batch {
  private final List<Call<?, ?>> calls;
  private final Mode mode;

  /** One call: inputs of a step, and the answer that its caller waits for. */
  record Call<I, O>(
      Step<I, O> step, List<I> inputs, long bytes, CompletableFuture<List<O>> answer) {

    void fail(Throwable failure) {
      answer.completeExceptionally(failure);
    }
  }

  Batch(List<Call<?, ?>> calls) {
    this.calls = List.copyOf(calls);
    mode = mode(this.calls);
  }

  List<Call<?, ?>> calls() {
    return calls;
  }

  /** Every call as a batch of its own. */
  List<Batch> alone() {
    return calls.stream().map(call -> new Batch(List.of(call))).toList();
  }

  Mode mode() {
    return mode;
  }

  /**
   * What one statement does needs no transaction around it. It may be asked afterwards what it has
   * done, and if that fails, the outcome of all its calls is unknown; so a call with many inputs,
   * which stands or falls as a whole, is in a transaction.
   */
  @SuppressWarnings("unchecked") // calls of one step have its types
  private static <I, O> Mode mode(List<Call<?, ?>> calls) {
    Step<I, O> step = (Step<I, O>) calls.get(0).step();
    List<I> inputs = new ArrayList<>(calls.size());
    for (Call<?, ?> call : calls) {
      if (!call.step().equals(step) || call.inputs().size() > 1) {
        return step.mode();
      }
      inputs.add((I) call.inputs().get(0));
    }
    return step.oneStatement().test(inputs) ? Mode.SINGLE : step.mode();
  }

  /** The names of its steps, for messages. */
  String name() {
    return String.join(", ", calls.stream().map(call -> call.step().name()).distinct().toList());
  }

  /** Runs the calls in their order: what gives out the answers. */
  Runnable run(Transaction transaction) throws SQLException {
    List<Runnable> answers = new ArrayList<>();
    int next = 0;
    while (next < calls.size()) {
      int end = next + 1;
      while (end < calls.size() && calls.get(end).step().equals(calls.get(next).step())) {
        end++;
      }
      answers.add(runGroup(transaction, calls.subList(next, end)));
      next = end;
    }
    return () -> answers.forEach(Runnable::run);
  }

  /** Runs calls of one step together. */
  @SuppressWarnings("unchecked") // calls of one step have its types
  private static <I, O> Runnable runGroup(Transaction transaction, List<Call<?, ?>> sameStep)
      throws SQLException {
    List<Call<I, O>> group = (List<Call<I, O>>) (List<?>) sameStep;
    Step<I, O> step = group.get(0).step();
    List<I> inputs =
        group.size() == 1
            ? group.get(0).inputs()
            : group.stream().flatMap(call -> call.inputs().stream()).toList();
    List<O> answers = step.work().run(transaction, inputs);
    if (answers.size() != inputs.size()) {
      throw new IllegalStateException(
          "%s gave %d answers to %d inputs".formatted(step.name(), answers.size(), inputs.size()));
    }
    return () -> {
      int from = 0;
      for (Call<I, O> call : group) {
        int to = from + call.inputs().size();
        call.answer().complete(List.copyOf(answers.subList(from, to)));
        from = to;
      }
    };
  }

  void fail(Throwable failure) {
    calls.forEach(call -> call.fail(failure));
  }
}
