package dev.omniq.storage.file.shared;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.omniq.storage.Inserted;
import dev.omniq.storage.WakeUps;
import dev.omniq.storage.file.shared.Frame.Hello;
import dev.omniq.storage.file.shared.Frame.Kind;
import dev.omniq.storage.memory.MemoryStore;
import dev.omniq.task.ClaimToken;
import dev.omniq.task.Due;
import dev.omniq.task.NewTask;
import dev.omniq.task.OutcomeUnknownException;
import dev.omniq.task.StorageException;
import dev.omniq.task.TaskId;
import dev.omniq.task.TaskQuery;
import dev.omniq.task.TaskSpec;
import dev.omniq.task.TimeSource;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A server with clients of every kind: its own, slow ones, dead ones, and strangers. */
class StoreServerTest {
  private static final TimeSource TIME = TimeSource.system();
  private static final TaskSpec SPEC = TaskSpec.of("work", "[]");
  private static final byte[] HELLO = Json.write(Hello.here(10_000));

  // ---- strangers ----

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void garbage_closesItsConnectionOnly(long seed) throws IOException {
    try (var served = new ServedHome(new MemoryStore(TIME));
        var client = served.client(TIME);
        SocketChannel stranger = served.channel()) {
      var garbage = new byte[100];
      new Random(seed).nextBytes(garbage);
      stranger.write(ByteBuffer.wrap(garbage));

      assertThat(readToEnd(stranger)).isZero();
      works(client);
    }
  }

  @Test
  void garbage_afterAGreeting_closesItsConnectionOnly() throws IOException {
    try (var served = new ServedHome(new MemoryStore(TIME));
        var client = served.client(TIME);
        SocketChannel stranger = served.channel()) {
      stranger.write(frame(Kind.HELLO.ordinal(), HELLO));
      stranger.write(frame(99, HELLO));

      assertThat(readToEnd(stranger)).isPositive();
      works(client);
    }
  }

  @Test
  void length_thatNobodyMayAskFor_closesTheConnection() throws IOException {
    try (var served = new ServedHome(new MemoryStore(TIME), 10_000);
        SocketChannel stranger = served.channel()) {
      stranger.write(frame(Kind.HELLO.ordinal(), HELLO));
      stranger.write(ByteBuffer.allocate(Frame.HEAD).putInt(0, 10_001));

      assertThat(readToEnd(stranger)).isPositive();
    }
  }

  @Test
  void halfMessage_ofAProcessThatDies_disturbsNobody() throws IOException {
    try (var served = new ServedHome(new MemoryStore(TIME));
        var client = served.client(TIME)) {
      try (SocketChannel dying = served.channel()) {
        dying.write(frame(Kind.HELLO.ordinal(), HELLO));
        dying.write(frame(Kind.CALL.ordinal(), Json.write(new Call.Stats())).limit(20));
      }

      works(client);
    }
  }

  @Test
  void call_thatCannotBeRead_failsAlone() throws IOException {
    try (var served = new ServedHome(new MemoryStore(TIME));
        SocketChannel stranger = served.channel()) {
      stranger.write(frame(Kind.HELLO.ordinal(), HELLO));
      stranger.write(
          frame(Kind.CALL.ordinal(), "{\"call\":\"?\"}".getBytes(StandardCharsets.US_ASCII)));
      stranger.write(frame(Kind.CALL.ordinal(), Json.write(new Call.Expired(1))));

      assertThat(next(stranger)).isEqualTo(Kind.HELLO);
      assertThat(next(stranger)).isEqualTo(Kind.FAILURE);
      assertThat(next(stranger)).isEqualTo(Kind.ANSWER);
    }
  }

  @Test
  void client_ofAnotherVersion_isToldAndSentAway() throws IOException {
    try (var served = new ServedHome(new MemoryStore(TIME));
        SocketChannel other = served.channel()) {
      other.write(frame(Kind.HELLO.ordinal(), Json.write(new Hello(2, 1, 10_000))));

      assertThat(next(other)).isEqualTo(Kind.HELLO);
      assertThat(readToEnd(other)).isZero();
    }
  }

  @Test
  void server_ofAnotherVersion_isRefused(@TempDir Path directory) throws IOException {
    var address = UnixDomainSocketAddress.of(directory.resolve("socket"));
    try (var door = ServerSocketChannel.open(StandardProtocolFamily.UNIX).bind(address);
        SocketChannel channel = SocketChannel.open(address);
        SocketChannel other = door.accept()) {
      other.write(frame(Kind.HELLO.ordinal(), Json.write(new Hello(2, 77, 10_000))));

      var client = new SocketStore(channel, TIME, 10_000);
      assertThatThrownBy(() -> get(client.start()))
          .hasCauseInstanceOf(StorageException.class)
          .hasMessageContaining("process 77")
          .hasMessageContaining("speaks version 2 of the protocol, and this one version 1");
    }
  }

  // ---- slow and dead clients ----

  @Test
  void client_thatAsksWithoutEnd_isHeldUpAlone() throws Exception {
    var store = new HangingStore();
    try (var served = new ServedHome(store);
        SocketChannel greedy = served.channel()) {
      greedy.write(frame(Kind.HELLO.ordinal(), HELLO));
      greedy.configureBlocking(false);
      byte[] big = Json.write(new Call.Insert(List.of(task("[\"" + "x".repeat(1 << 20) + "\"]"))));
      long written = writeUntilHeldUp(greedy, big, store);

      assertThat(written).isBetween(8L << 20, 32L << 20);
      int next = store.count(); // known before the call, which may arrive at once
      try (var client = served.client(TIME)) {
        CompletableFuture<?> call = client.stats();
        store.answer(next).completeExceptionally(new StorageException("answered"));
        assertThatThrownBy(() -> get(call)).hasMessageContaining("answered");
      }
    }
  }

  /** Writes until the store has got its share and the socket takes no more. */
  private static long writeUntilHeldUp(SocketChannel channel, byte[] call, HangingStore store)
      throws Exception {
    long written = 0;
    ByteBuffer next = frame(Kind.CALL.ordinal(), call);
    while (true) {
      int count = channel.write(next);
      written += count;
      if (count == 0 && store.count() >= Connection.MOST_UNDER_WAY / call.length) {
        return written;
      }
      if (!next.hasRemaining()) {
        next = frame(Kind.CALL.ordinal(), call);
      }
      Thread.onSpinWait();
    }
  }

  @Test
  void client_thatDiesWhileItWaits_isForgotten() throws Exception {
    var store = new HangingStore();
    try (var served = new ServedHome(store)) {
      SocketStore dying = served.client(TIME);
      CompletableFuture<?> lost = dying.stats();
      CompletableFuture<Object> answer = store.answer(0);
      dying.ended(Optional.empty());
      assertThatThrownBy(() -> get(lost)).hasCauseInstanceOf(ConnectionLostException.class);
      answer.completeExceptionally(new StorageException("too late"));

      try (var client = served.client(TIME)) {
        CompletableFuture<?> call = client.expired(1);
        store.answer(1).complete(List.of());
        assertThat(get(call)).isEqualTo(List.of());
      }
    }
  }

  // ---- calls ----

  @Test
  void calls_areAnsweredAsTheyAreDone() throws Exception {
    var store = new HangingStore();
    try (var served = new ServedHome(store);
        var client = served.client(TIME)) {
      var first = client.expired(1);
      var second = client.expired(2);

      store.answer(1).complete(List.of());

      assertThat(get(second)).isEmpty();
      assertThat(first).isNotDone();
      store.answer(0).complete(List.of());
      assertThat(get(first)).isEmpty();
    }
  }

  @Test
  void failures_comeAsTheyAre() throws Exception {
    var store = new HangingStore();
    TaskId id = TaskId.next(Instant.EPOCH);
    try (var served = new ServedHome(store);
        var client = served.client(TIME)) {
      var storage = client.delete(List.of(id));
      var unknown = client.delete(List.of(id));
      var argument = client.delete(List.of(id));
      var other = client.delete(List.of(id));
      store.answer(0).completeExceptionally(new StorageException("full"));
      store
          .answer(1)
          .completeExceptionally(new OutcomeUnknownException("unsynced", List.of(id), null));
      store.answer(2).completeExceptionally(new IllegalArgumentException("bad"));
      store.answer(3).completeExceptionally(new IllegalStateException("odd"));

      assertThat(failure(storage)).isExactlyInstanceOf(StorageException.class).hasMessage("full");
      assertThat(failure(unknown))
          .isInstanceOfSatisfying(
              OutcomeUnknownException.class, e -> assertThat(e.taskIds()).containsExactly(id))
          .hasMessage("unsynced");
      assertThat(failure(argument)).isInstanceOf(IllegalArgumentException.class).hasMessage("bad");
      assertThat(failure(other))
          .isInstanceOf(OutcomeUnknownException.class)
          .hasMessageContaining("odd");
    }
  }

  @Test
  void call_thatIsTooLong_failsAlone() {
    try (var served = new ServedHome(new MemoryStore(TIME));
        var client = served.client(TIME, 5_000)) {
      var tooLong = client.insert(List.of(task("\"" + "x".repeat(6_000) + "\"")));

      assertThat(failure(tooLong))
          .isInstanceOf(StorageException.class)
          .hasMessageContaining("at most 5000")
          .hasMessageContaining("give fewer");
      works(client);
    }
  }

  @Test
  void answer_thatIsTooLong_failsAlone() {
    try (var served = new ServedHome(new MemoryStore(TIME), 5_000);
        var client = served.client(TIME)) {
      for (int i = 0; i < 10; i++) {
        get(client.insert(List.of(task("\"" + "x".repeat(1_000) + "\""))));
      }

      assertThat(failure(client.list(TaskQuery.all())))
          .isInstanceOf(StorageException.class)
          .hasMessageContaining("ask for fewer");
      assertThat(get(client.list(TaskQuery.all().limit(1)))).hasSize(1);
    }
  }

  @Test
  void call_thatTheServerWouldNotRead_isNotSent() {
    try (var served = new ServedHome(new MemoryStore(TIME), 5_000);
        var client = served.client(TIME)) {
      var tooLong = client.insert(List.of(task("\"" + "x".repeat(6_000) + "\"")));

      assertThat(failure(tooLong)).hasMessageContaining("at most 5000");
      works(client);
    }
  }

  // ---- closing ----

  @Test
  void close_answersWhatIsUnderWay() throws Exception {
    var store = new HangingStore();
    var served = new ServedHome(store);
    SocketStore client = served.client(TIME);
    var call = client.expired(1);
    CompletableFuture<Object> answer = store.answer(0);

    CompletableFuture<Void> closing = CompletableFuture.runAsync(served::close);
    answer.complete(List.of());

    assertThat(get(call)).isEmpty();
    get(closing);
    assertThat(get(client.lost())).isInstanceOf(ConnectionLostException.class);
    assertThat(failure(client.expired(1))).isInstanceOf(ConnectionLostException.class);
  }

  // ---- wake-ups ----

  @Test
  void wakeUps_reachOtherProcesses() {
    try (var served = new ServedHome(new MemoryStore(TIME));
        var worker = served.client(TIME);
        var program = served.client(TIME)) {
      var due = new CompletableFuture<Boolean>();
      worker.subscribe(listener(due));
      get(worker.stats()); // calls keep their order, so the server knows by now

      get(program.insert(List.of(task("[]"))));

      assertThat(get(due)).isTrue();
    }
  }

  private static WakeUps.Listener listener(CompletableFuture<Boolean> due) {
    return new WakeUps.Listener() {
      @Override
      public void due() {
        due.complete(true);
      }

      @Override
      public void revoked(List<ClaimToken> tokens) {}
    };
  }

  // ---- helpers ----

  private static void works(SocketStore client) {
    NewTask task = task("[]");
    assertThat(get(client.insert(List.of(task)))).containsExactly(new Inserted(task.id(), true));
  }

  private static NewTask task(String arguments) {
    return NewTask.first(
        TaskId.next(TIME.now()), SPEC.toBuilder().arguments(arguments).build(), Due.now());
  }

  private static ByteBuffer frame(int kind, byte[] body) {
    return ByteBuffer.allocate(Frame.HEAD + body.length)
        .putInt(body.length)
        .put((byte) kind)
        .putLong(1)
        .put(body)
        .flip();
  }

  private static Kind next(SocketChannel channel) throws IOException {
    ByteBuffer head = ByteBuffer.allocate(Frame.HEAD);
    fill(channel, head);
    fill(channel, ByteBuffer.allocate(head.getInt(0)));
    return Kind.of(head.get(4));
  }

  private static void fill(SocketChannel channel, ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      assertThat(channel.read(bytes)).isNotNegative();
    }
  }

  /** Until the server ends the connection: how many bytes it sent. */
  private static long readToEnd(SocketChannel channel) {
    long total = 0;
    try {
      while (true) {
        int count = channel.read(ByteBuffer.allocate(1_000));
        if (count < 0) {
          return total;
        }
        total += count;
      }
    } catch (IOException e) {
      return total; // reset: it did not want to read all
    }
  }

  private static <T> T get(CompletableFuture<T> future) {
    return future.orTimeout(30, TimeUnit.SECONDS).join();
  }

  private static Throwable failure(CompletableFuture<?> future) {
    return future
        .orTimeout(30, TimeUnit.SECONDS)
        .handle((value, failure) -> Failure.cause(failure))
        .join();
  }
}
