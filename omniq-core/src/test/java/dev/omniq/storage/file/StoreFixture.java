package dev.omniq.storage.file;

import dev.omniq.storage.Applied;
import dev.omniq.storage.ClaimRequest;
import dev.omniq.storage.ClaimRequest.QueueLimit;
import dev.omniq.storage.Claimed;
import dev.omniq.storage.Inserted;
import dev.omniq.storage.TaskStore;
import dev.omniq.storage.Transition;
import dev.omniq.task.ClaimToken;
import dev.omniq.task.Due;
import dev.omniq.task.NewTask;
import dev.omniq.task.Schedule;
import dev.omniq.task.Task;
import dev.omniq.task.TaskId;
import dev.omniq.task.TaskQuery;
import dev.omniq.task.TaskSpec;
import dev.omniq.task.TaskState;
import dev.omniq.task.TaskStatus;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** A file store for a test, with short names for what tests do with it. */
final class StoreFixture implements AutoCloseable {
  static final Duration LEASE = Duration.ofSeconds(30);

  final TestTime time = new TestTime();
  final Path directory;
  private FileStoreOptions options;
  private FileStore store;
  private long tokens;

  StoreFixture(Path directory, Disk disk) {
    this.directory = directory;
    options = FileStoreOptions.defaults().disk(disk).time(time);
    store = FileStore.open(directory, options);
  }

  StoreFixture(Path directory) {
    this(directory, Disk.system());
  }

  FileStore store() {
    return store;
  }

  /** Later opens use segments of another length. */
  StoreFixture segmentBytes(long bytes) {
    options = options.segmentBytes(bytes);
    reopen();
    return this;
  }

  void reopen() {
    store.close();
    store = FileStore.open(directory, options);
  }

  /** Opens what another left, which is not closed. */
  FileStore openAnother() {
    return FileStore.open(directory, options);
  }

  /** What was written to a segment so far, without the {@link Room} behind it. */
  byte[] written(int segment) throws IOException {
    return withoutRoom(Files.readAllBytes(new Layout(directory).segment(segment)));
  }

  static byte[] withoutRoom(byte[] segment) {
    int length = segment.length;
    while (length > 1 && segment[length - 2] == '\n') {
      length--;
    }
    return Arrays.copyOf(segment, length);
  }

  static <T> T get(CompletableFuture<T> future) {
    return future.orTimeout(20, TimeUnit.SECONDS).join();
  }

  NewTask newTask() {
    return newTask(TaskSpec.of("send", "[1]"));
  }

  NewTask newTask(TaskSpec spec) {
    return NewTask.first(TaskId.next(time.now()), spec, Due.now());
  }

  static TaskSpec recurring() {
    return TaskSpec.of("tick", "[]").toBuilder()
        .schedule(new Schedule.FixedDelay(Duration.ofSeconds(5)))
        .build();
  }

  TaskId insert() {
    return insert(newTask());
  }

  TaskId insert(NewTask task) {
    Inserted inserted = get(store.insert(List.of(task))).get(0);
    return inserted.id();
  }

  ClaimRequest request(String worker, int limit) {
    var request =
        new ClaimRequest(
            new ClaimToken(worker, tokens + 1),
            limit,
            List.of(new QueueLimit("default", limit)),
            Set.of("send", "tick"),
            1,
            LEASE);
    tokens += limit;
    return request;
  }

  List<Claimed> claim(int limit) {
    return get(store.claim(request("worker", limit)));
  }

  Claimed claimOne() {
    return claim(1).get(0);
  }

  static List<Claimed> claim(TaskStore from, ClaimRequest request) {
    return get(from.claim(request));
  }

  Transition success(Claimed claimed) {
    TaskState next =
        claimed.task().state().toBuilder()
            .status(TaskStatus.SUCCESS)
            .finishedAt(Optional.of(time.now()))
            .result(Optional.of("{\"ok\":true}"))
            .build();
    return new Transition(
        claimed.task().id(),
        new Transition.Expected.Holder(claimed.token()),
        next,
        Optional.empty());
  }

  Transition cancel(Task task) {
    TaskState next =
        task.state().toBuilder()
            .status(TaskStatus.CANCELLED)
            .finishedAt(Optional.of(time.now()))
            .build();
    return new Transition(
        task.id(),
        new Transition.Expected.Observer(task.state().revision()),
        next,
        Optional.empty());
  }

  Transition retry(Task task) {
    return new Transition(
        task.id(),
        new Transition.Expected.Observer(task.state().revision()),
        TaskState.pending(time.now()),
        Optional.empty());
  }

  Applied apply(Transition transition) {
    return get(store.apply(List.of(transition))).get(0);
  }

  Task find(TaskId id) {
    return get(store.find(id)).orElseThrow();
  }

  List<Task> all() {
    return get(store.list(TaskQuery.all().limit(TaskQuery.MAX_LIMIT)));
  }

  @Override
  public void close() {
    store.close();
  }
}
