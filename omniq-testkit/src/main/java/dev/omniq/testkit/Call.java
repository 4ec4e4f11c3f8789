package dev.omniq.testkit;

import dev.omniq.storage.TaskStore;
import dev.omniq.task.StorageException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * One call of a simulation, made of the store and of the model alike.
 *
 * @param text what it is, for the report of a failure
 * @param kind what may be done with it
 * @param call makes it
 * @param view the form in which answers are compared
 * @param learn takes note of the model's answer
 */
record Call<T>(
    String text,
    Kind kind,
    Function<TaskStore, CompletableFuture<T>> call,
    Function<T, Object> view,
    Consumer<T> learn) {

  /** What may be done with a call. */
  enum Kind {
    /** Changes something for good: one message that may travel in a burst with others. */
    DURABLE,
    /** Changes something that a power cut may take back; may travel in a burst too. */
    FLEETING,
    /** Several messages, or none that changes anything: goes alone. */
    ALONE
  }

  static <T> Call<T> of(String text, Kind kind, Function<TaskStore, CompletableFuture<T>> call) {
    return new Call<>(text, kind, call, answer -> answer, answer -> {});
  }

  static <T> Call<T> read(
      String text, Function<TaskStore, CompletableFuture<T>> call, Function<T, Object> view) {
    return new Call<>(text, Kind.ALONE, call, view, answer -> {});
  }

  Call<T> learning(Consumer<T> lesson) {
    return new Call<>(text, kind, call, view, lesson);
  }

  /** Makes the call; the answer comes in the form in which it is compared. */
  CompletableFuture<Object> makeOf(TaskStore store) {
    return call.apply(store).thenApply(view);
  }

  /** Makes the call of the model, and learns. */
  Object makeOfModel(ModelStorage model) {
    return outcome(
        call.apply(model)
            .thenApply(
                answer -> {
                  learn.accept(answer);
                  return view.apply(answer);
                }));
  }

  /** The answer, or the class of a refusal. */
  static Object outcome(CompletableFuture<Object> answer) {
    try {
      return (answer.isDone() ? answer : answer.orTimeout(60, TimeUnit.SECONDS)).join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof IllegalArgumentException) {
        return List.of("refused");
      }
      boolean storage = e.getCause() instanceof StorageException;
      throw new AssertionError(storage ? "the store failed" : "the call failed", e.getCause());
    }
  }
}
