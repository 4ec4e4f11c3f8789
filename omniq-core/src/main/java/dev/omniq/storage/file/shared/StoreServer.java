package dev.omniq.storage.file.shared;

import dev.omniq.storage.TaskStore;
import dev.omniq.storage.WakeUps;
import dev.omniq.storage.file.shared.Frame.Hello;
import dev.omniq.storage.file.shared.Frame.Kind;
import dev.omniq.task.ClaimToken;
import java.io.IOException;
import java.net.ProtocolException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves a store to other processes. Each connection is a session with two threads of its own; a
 * slow or dead process fills up its own session and disturbs nobody else. Calls of a session are
 * passed on in their order and answered as they are done.
 */
final class StoreServer implements AutoCloseable {
  /** A call counts at least for so many bytes: its answer takes room too. */
  private static final int LEAST_COST = 4 << 10;

  /** Who does not read gets no more wake-ups, which may be lost, once so many messages wait. */
  private static final int MOST_WAITING = 1_000;

  /** How long a close waits for processes that do not take their answers. */
  private static final Duration FAREWELL = Duration.ofSeconds(5);

  private static final Duration PAUSE = Duration.ofMillis(100);
  private static final Logger LOG = LoggerFactory.getLogger(StoreServer.class);

  private final ServerSocketChannel door;
  private final TaskStore store;
  private final Optional<WakeUps> wakeUps;
  private final int mostBytes;
  private final Set<Session> sessions = new HashSet<>();
  private boolean closed;

  /**
   * A server behind a door, which it closes with itself.
   *
   * @param wakeUps the wake-ups of the store, if it has any
   * @param mostBytes the longest message
   */
  StoreServer(ServerSocketChannel door, TaskStore store, Optional<WakeUps> wakeUps, int mostBytes) {
    this.door = door;
    this.store = store;
    this.wakeUps = wakeUps;
    this.mostBytes = mostBytes;
  }

  /** Lets others in from now on. */
  void start() {
    var thread = new Thread(this::accept, "omniq-server");
    thread.setDaemon(true);
    thread.start();
  }

  private void accept() {
    while (true) {
      try {
        welcome(door.accept());
      } catch (IOException e) {
        if (!door.isOpen() || !pause()) {
          return;
        }
        LOG.warn("a connection could not be accepted: {}", e.getMessage());
      }
    }
  }

  private void welcome(SocketChannel channel) throws IOException {
    synchronized (sessions) {
      if (closed) {
        channel.close();
        return;
      }
      var session = new Session(channel);
      sessions.add(session);
      session.connection.start("omniq-session");
    }
  }

  /** Whatever keeps connections from being accepted, too many open files say, may pass. */
  private boolean pause() {
    synchronized (sessions) {
      try {
        sessions.wait(PAUSE.toMillis());
        return !closed;
      } catch (InterruptedException e) {
        return false;
      }
    }
  }

  /**
   * Ends in good order: what was received is done and answered; what was not is not done, and the
   * other side can tell by its missing answer.
   */
  @Override
  public void close() {
    List<Session> last;
    synchronized (sessions) {
      closed = true;
      sessions.notifyAll();
      last = List.copyOf(sessions);
    }
    closeDoor();
    last.forEach(session -> session.connection.stopReading());
    CompletableFuture.allOf(last.stream().map(Session::over).toArray(CompletableFuture[]::new))
        .completeOnTimeout(null, FAREWELL.toMillis(), TimeUnit.MILLISECONDS)
        .join();
    last.forEach(session -> session.connection.close());
  }

  private void closeDoor() {
    try {
      door.close();
    } catch (IOException e) {
      LOG.debug("the server could not be closed in good order", e);
    }
  }

  /** What one process asks. */
  private final class Session implements Connection.Events, WakeUps.Listener {
    private final Connection connection;
    private final AtomicInteger underWay = new AtomicInteger(1);
    private final AtomicBoolean dueSent = new AtomicBoolean();
    private final CompletableFuture<Void> over = new CompletableFuture<>();
    private volatile int mostItReads;
    private boolean greeted;
    private WakeUps.@Nullable Subscription subscription;

    Session(SocketChannel channel) {
      connection = new Connection(channel, this, mostBytes);
    }

    @Override
    public void received(Frame frame) throws IOException {
      if (!greeted) {
        greet(frame);
        return;
      }
      switch (frame.kind()) {
        case CALL -> {
          int cost = Math.max(LEAST_COST, frame.body().length);
          connection.reserve(cost);
          make(frame, cost);
        }
        case LISTEN -> listen();
        default -> throw new ProtocolException("not for this side: " + frame.kind());
      }
    }

    private void greet(Frame frame) throws IOException {
      if (frame.kind() != Kind.HELLO) {
        throw new ProtocolException("the first message is " + frame.kind() + ", not HELLO");
      }
      Hello hello = Json.read(frame.body(), Hello.class);
      connection.send(
          () -> Optional.of(new Frame(Kind.HELLO, 0, Json.write(Hello.here(mostBytes)))));
      if (hello.omniq() != Hello.VERSION) {
        throw new ProtocolException(
            "process %d speaks version %d of the protocol".formatted(hello.pid(), hello.omniq()));
      }
      greeted = true;
      mostItReads = Math.min(mostBytes, hello.most());
      connection.greeted();
    }

    /** A call that makes no sense fails alone. */
    private void make(Frame frame, int cost) {
      Call<?> call;
      try {
        call = Json.read(frame.body(), Call.class);
      } catch (IOException e) {
        byte[] failure = Json.write(Failure.of(e));
        connection.release(cost);
        connection.send(() -> Optional.of(new Frame(Kind.FAILURE, frame.number(), failure)));
        return;
      }
      make(frame.number(), cost, call);
    }

    private <T> void make(long number, int cost, Call<T> call) {
      underWay.incrementAndGet();
      CompletableFuture<T> answer;
      try {
        answer = call.on(store);
      } catch (RuntimeException e) {
        answer = CompletableFuture.failedFuture(e);
      }
      var unused =
          answer.whenComplete(
              (value, failure) -> {
                connection.send(
                    () -> {
                      connection.release(cost);
                      return Optional.of(encode(number, call, value, failure));
                    });
                oneLess();
              });
    }

    private Frame encode(
        long number, Call<?> call, @Nullable Object value, @Nullable Throwable failure) {
      if (failure != null) {
        return new Frame(Kind.FAILURE, number, Json.write(Failure.of(call, failure)));
      }
      byte[] body = Json.writeAnswer(call, value);
      if (body.length > mostItReads) {
        var tooLong = Messages.answerTooLong(body.length, mostItReads);
        return new Frame(Kind.FAILURE, number, Json.write(Failure.of(call, tooLong)));
      }
      return new Frame(Kind.ANSWER, number, body);
    }

    private void listen() {
      if (subscription == null && wakeUps.isPresent()) {
        subscription = wakeUps.get().subscribe(this);
      }
    }

    /** One that waits to be sent tells of all that comes meanwhile. */
    @Override
    public void due() {
      if (connection.waiting() < MOST_WAITING && dueSent.compareAndSet(false, true)) {
        connection.send(
            () -> {
              dueSent.set(false);
              return Optional.of(new Frame(Kind.DUE));
            });
      }
    }

    @Override
    public void revoked(List<ClaimToken> tokens) {
      if (connection.waiting() < MOST_WAITING) {
        connection.send(
            () -> Optional.of(new Frame(Kind.REVOKED, 0, Json.write(new Frame.Revoked(tokens)))));
      }
    }

    /** What is under way is answered first, if the other side can still hear it. */
    @Override
    public void ended(Optional<IOException> why) {
      if (subscription != null) {
        subscription.close();
      }
      why.ifPresent(
          cause -> {
            if (cause instanceof ProtocolException) {
              LOG.warn("a connection is closed: {}", cause.getMessage());
            } else {
              LOG.debug("a connection was lost", cause);
            }
          });
      oneLess();
    }

    @Override
    public void closed() {
      synchronized (sessions) {
        sessions.remove(this);
      }
      over.complete(null);
    }

    /** Completes when nothing more will be sent. */
    CompletableFuture<Void> over() {
      return over;
    }

    /** The reading itself counts as one; after the last one the connection is closed. */
    private void oneLess() {
      if (underWay.decrementAndGet() == 0) {
        connection.finish();
      }
    }
  }
}
