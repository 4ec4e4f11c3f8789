package dev.omniq.storage.file.shared;

import dev.omniq.storage.file.shared.Frame.Hello;
import dev.omniq.storage.file.shared.Frame.Kind;
import dev.omniq.task.StorageException;
import dev.omniq.task.TimeSource;
import java.io.IOException;
import java.net.ProtocolException;
import java.nio.channels.SocketChannel;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/**
 * The store of another process, at the other end of a connection. Calls are sent one after the
 * other and answered as they are done. When the connection ends, those that are not answered fail
 * with {@link ConnectionLostException}.
 */
final class SocketStore extends CallingStore implements Connection.Events {
  private final Connection connection;
  private final CompletableFuture<Hello> greeting = new CompletableFuture<>();
  private final CompletableFuture<ConnectionLostException> lost = new CompletableFuture<>();
  private final List<Listener> listeners = new CopyOnWriteArrayList<>();
  private final Object lock = new Object();
  private final Map<Long, Sent<?>> sent = new HashMap<>();
  private long lastNumber;
  private volatile int mostBytes;
  private volatile boolean heard;
  private boolean listening;
  private boolean closed;

  private record Sent<T>(Call<T> call, CompletableFuture<T> answer) {}

  /**
   * A store over a channel that is connected.
   *
   * @param mostBytes the longest message
   */
  SocketStore(SocketChannel channel, TimeSource time, int mostBytes) {
    super(time);
    this.mostBytes = mostBytes;
    connection = new Connection(channel, this, mostBytes);
  }

  /**
   * Begins to talk. The future completes with what the other side says of itself, when it speaks
   * this version of the protocol.
   */
  CompletableFuture<Hello> start() {
    connection.send(() -> Optional.of(new Frame(Kind.HELLO, 0, Json.write(Hello.here(mostBytes)))));
    connection.start("omniq-client");
    return greeting;
  }

  /** Completes when the connection has ended and all calls under way have failed. */
  CompletableFuture<ConnectionLostException> lost() {
    return lost;
  }

  /** Whether anything has come from the other side after its greeting. */
  boolean hasHeard() {
    return heard;
  }

  @Override
  <T> CompletableFuture<T> call(Call<T> call) {
    var answer = new CompletableFuture<T>();
    long number;
    synchronized (lock) {
      if (closed) {
        return CompletableFuture.failedFuture(Messages.closed());
      }
      if (lost.isDone()) {
        return CompletableFuture.failedFuture(lost.join());
      }
      number = ++lastNumber;
      sent.put(number, new Sent<>(call, answer));
    }
    var unused =
        answer.whenComplete(
            (value, failure) -> remove(number)); // the caller may give it up as well
    connection.send(() -> encode(number));
    return answer;
  }

  /** A call that cannot be sent fails alone. */
  private Optional<Frame> encode(long number) {
    Sent<?> call = sent(number);
    if (call == null) {
      return Optional.empty();
    }
    try {
      byte[] body = Json.write(call.call());
      if (body.length <= mostBytes) {
        return Optional.of(new Frame(Kind.CALL, number, body));
      }
      fail(number, Messages.callTooLong(body.length, mostBytes));
    } catch (RuntimeException e) {
      fail(number, new StorageException("a call cannot be sent: " + e.getMessage(), e));
    }
    return Optional.empty();
  }

  @Override
  public void received(Frame frame) throws IOException {
    if (!greeting.isDone()) {
      greet(frame);
      return;
    }
    heard = true;
    switch (frame.kind()) {
      case ANSWER -> answered(sent(frame.number()), frame.body());
      case FAILURE -> fail(frame.number(), Json.read(frame.body(), Failure.class).toException());
      case DUE -> listeners.forEach(Listener::due);
      case REVOKED -> {
        var tokens = Json.read(frame.body(), Frame.Revoked.class).tokens();
        listeners.forEach(listener -> listener.revoked(tokens));
      }
      case HELLO, CALL, LISTEN -> throw new ProtocolException("not for this side: " + frame.kind());
    }
  }

  private void greet(Frame frame) throws IOException {
    if (frame.kind() != Kind.HELLO) {
      throw new ProtocolException("the first message is " + frame.kind() + ", not HELLO");
    }
    Hello hello = Json.read(frame.body(), Hello.class);
    if (hello.omniq() != Hello.VERSION) {
      greeting.completeExceptionally(Messages.otherVersion(hello));
      throw new ProtocolException("another version of the protocol");
    }
    mostBytes = Math.min(mostBytes, hello.most());
    connection.greeted();
    greeting.complete(hello);
  }

  private @Nullable Sent<?> sent(long number) {
    synchronized (lock) {
      return sent.get(number);
    }
  }

  private static <T> void answered(@Nullable Sent<T> call, byte[] body) {
    if (call == null) {
      return; // the caller has given it up
    }
    T value;
    try {
      value = Json.readAnswer(body, call.call());
    } catch (IOException e) {
      call.answer().completeExceptionally(Failure.of(call.call(), e).toException());
      return;
    }
    call.answer().complete(value);
  }

  private void fail(long number, Throwable failure) {
    Sent<?> call = sent(number);
    if (call != null) {
      call.answer().completeExceptionally(failure);
    }
  }

  private void remove(long number) {
    synchronized (lock) {
      sent.remove(number);
      lock.notifyAll();
    }
  }

  @Override
  public void ended(Optional<IOException> why) {
    connection.close();
    var failure =
        new ConnectionLostException(
            "the connection to the owner of the store ended"
                + why.map(cause -> ": " + cause.getMessage()).orElse(""),
            why.orElse(null));
    greeting.completeExceptionally(failure);
    List<Sent<?>> unanswered;
    synchronized (lock) {
      unanswered = List.copyOf(sent.values());
      sent.clear();
      lost.complete(failure);
      lock.notifyAll();
    }
    unanswered.forEach(call -> call.answer().completeExceptionally(failure));
  }

  @Override
  public Subscription subscribe(Listener listener) {
    listeners.add(Objects.requireNonNull(listener, "listener"));
    synchronized (lock) {
      if (!listening) {
        listening = true;
        connection.send(() -> Optional.of(new Frame(Kind.LISTEN)));
      }
    }
    return () -> listeners.remove(listener);
  }

  @Override
  public void close() {
    synchronized (lock) {
      closed = true;
      Waiting.until(lock, () -> sent.isEmpty());
    }
    connection.close();
  }
}
