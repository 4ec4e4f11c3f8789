package dev.omniq.storage.file.shared;

import dev.omniq.task.TimeSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A store whose calls hang until a test answers them. */
final class HangingStore extends CallingStore {
  private final List<CompletableFuture<Object>> answers = new ArrayList<>();
  private final List<Call<?>> calls = new ArrayList<>();

  HangingStore() {
    super(TimeSource.system());
  }

  @Override
  @SuppressWarnings("unchecked")
  synchronized <T> CompletableFuture<T> call(Call<T> call) {
    var answer = new CompletableFuture<Object>();
    calls.add(call);
    answers.add(answer);
    notifyAll();
    return (CompletableFuture<T>) answer;
  }

  /** The answer to a call, by the order in which they came; waits for it. */
  synchronized CompletableFuture<Object> answer(int number)
      throws InterruptedException, TimeoutException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    while (answers.size() <= number) {
      long left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
      if (left <= 0) {
        throw new TimeoutException("call " + number + " has not come");
      }
      wait(left);
    }
    return answers.get(number);
  }

  synchronized int count() {
    return calls.size();
  }

  @Override
  public Subscription subscribe(Listener listener) {
    return () -> {};
  }

  @Override
  public void close() {}
}
