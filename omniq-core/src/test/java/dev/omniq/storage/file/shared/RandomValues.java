package dev.omniq.storage.file.shared;

import dev.omniq.storage.Annotation;
import dev.omniq.storage.Applied;
import dev.omniq.storage.Changes;
import dev.omniq.storage.ClaimRequest;
import dev.omniq.storage.Claimed;
import dev.omniq.storage.ExpiredClaim;
import dev.omniq.storage.Inserted;
import dev.omniq.storage.LeaseExtension;
import dev.omniq.storage.MoveMark;
import dev.omniq.storage.Retention;
import dev.omniq.storage.StoreStats;
import dev.omniq.storage.Transition;
import dev.omniq.storage.Transition.Expected;
import dev.omniq.storage.WorkerInfo;
import dev.omniq.task.ClaimToken;
import dev.omniq.task.DeleteOutcome;
import dev.omniq.task.Due;
import dev.omniq.task.NewTask;
import dev.omniq.task.Notes;
import dev.omniq.task.QueueStats;
import dev.omniq.task.RetryPolicy;
import dev.omniq.task.Schedule;
import dev.omniq.task.Task;
import dev.omniq.task.TaskError;
import dev.omniq.task.TaskId;
import dev.omniq.task.TaskQuery;
import dev.omniq.task.TaskSpec;
import dev.omniq.task.TaskState;
import dev.omniq.task.TaskStatus;
import dev.omniq.task.Times;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** Values of the storage interface, drawn from a seed; all that may be absent sometimes is. */
final class RandomValues {
  private final Random random;

  RandomValues(long seed) {
    random = new Random(seed);
  }

  /** Each kind of call. */
  List<Call<?>> calls() {
    return List.of(
        new Call.Insert(list(this::newTask)),
        new Call.Claim(claimRequest()),
        new Call.Apply(list(this::transition)),
        new Call.Extend(new LeaseExtension(text(), list(this::token), duration())),
        new Call.Expired(random.nextInt()),
        new Call.NextDue(claimRequest()),
        new Call.Annotate(list(() -> new Annotation(id(), token(), notes()))),
        new Call.Delete(list(this::id)),
        new Call.Find(id()),
        new Call.ListTasks(query()),
        new Call.LiveRun(id()),
        new Call.Stats(),
        new Call.Workers(),
        new Call.ReadChanges(random.nextLong(), random.nextInt()),
        new Call.Purge(retention(), random.nextInt()),
        new Call.ReadMark(),
        new Call.SetMark(maybe(this::mark), maybe(this::mark)),
        new Call.Export(maybe(this::id), random.nextInt()),
        new Call.Restore(new UUID(random.nextLong(), random.nextLong()), list(this::task)));
  }

  /** An answer to a call. */
  Object answer(Call<?> call) {
    if (call instanceof Call.Insert) {
      return list(() -> new Inserted(id(), random.nextBoolean()));
    } else if (call instanceof Call.Claim) {
      return list(() -> new Claimed(task(), token()));
    } else if (call instanceof Call.Apply
        || call instanceof Call.Extend
        || call instanceof Call.Annotate) {
      return list(this::applied);
    } else if (call instanceof Call.Expired) {
      return list(() -> new ExpiredClaim(task(), token(), random.nextLong()));
    } else if (call instanceof Call.NextDue) {
      return maybe(this::instant);
    } else if (call instanceof Call.Delete) {
      return list(() -> oneOf(DeleteOutcome.values()));
    } else if (call instanceof Call.Find || call instanceof Call.LiveRun) {
      return maybe(this::task);
    } else if (call instanceof Call.ReadMark || call instanceof Call.SetMark) {
      return maybe(this::mark);
    } else if (call instanceof Call.ListTasks || call instanceof Call.Export) {
      return list(this::task);
    } else if (call instanceof Call.Stats) {
      return new StoreStats(instant(), map(this::counts), map(random::nextLong));
    } else if (call instanceof Call.Workers) {
      return list(() -> new WorkerInfo(text(), instant(), random.nextInt()));
    } else if (call instanceof Call.ReadChanges) {
      return new Changes(list(this::change), random.nextLong(), random.nextBoolean());
    }
    return random.nextInt();
  }

  Task task() {
    return new Task(id(), spec(), id(), 1 + random.nextInt(1_000), instant(), instant(), state());
  }

  TaskId id() {
    return new TaskId(new UUID(random.nextLong(), random.nextLong()));
  }

  private MoveMark mark() {
    return new MoveMark(
        new UUID(random.nextLong(), random.nextLong()),
        oneOf(MoveMark.Role.values()),
        oneOf(MoveMark.Stage.values()),
        text(),
        instant());
  }

  private NewTask newTask() {
    return new NewTask(id(), spec(), due(), id(), 1 + random.nextInt(1_000));
  }

  private Due due() {
    return random.nextBoolean() ? new Due.At(instant()) : new Due.After(duration());
  }

  private TaskSpec spec() {
    return new TaskSpec(
        word(),
        random.nextInt(20) == 0 ? "x".repeat(200_000) : text(),
        word(),
        random.nextInt(10),
        schedule(),
        maybe(this::word),
        retryPolicy(),
        maybe(this::duration),
        Map.of(word(), word()));
  }

  private Schedule schedule() {
    return switch (random.nextInt(3)) {
      case 0 -> Schedule.once();
      case 1 -> new Schedule.FixedDelay(duration());
      default -> new Schedule.FixedRate(duration());
    };
  }

  private RetryPolicy retryPolicy() {
    return new RetryPolicy(
        random.nextInt(100),
        Duration.ofNanos(random.nextLong(1L << 40)),
        1 + 999 * random.nextDouble(),
        Duration.ofNanos(random.nextLong(1L << 40)),
        random.nextDouble(),
        list(this::text));
  }

  private TaskState state() {
    TaskStatus status = oneOf(TaskStatus.values());
    return new TaskState(
        status,
        random.nextInt(),
        instant(),
        random.nextInt(),
        random.nextInt(),
        maybe(this::instant),
        status.isFinished() ? Optional.of(instant()) : Optional.empty(),
        maybe(this::text),
        list(this::error),
        maybe(this::text),
        notes(),
        random.nextBoolean());
  }

  private TaskError error() {
    return new TaskError(
        oneOf(TaskError.Type.values()),
        text(),
        maybe(this::text),
        maybe(this::text),
        random.nextInt(),
        instant());
  }

  private Notes notes() {
    return new Notes(
        maybe(() -> new Notes.Progress(random.nextDouble(), text())),
        list(() -> new Notes.LogLine(instant(), text())));
  }

  private Transition transition() {
    return new Transition(id(), expected(), state(), maybe(this::newTask));
  }

  private Expected expected() {
    return switch (random.nextInt(3)) {
      case 0 -> new Expected.Holder(token());
      case 1 -> new Expected.Rescuer(token(), random.nextLong());
      default -> new Expected.Observer(random.nextInt());
    };
  }

  private Applied applied() {
    return switch (random.nextInt(3)) {
      case 0 -> Applied.APPLIED;
      case 1 -> Applied.STALE;
      default -> new Applied.KeyHeld(id());
    };
  }

  private ClaimToken token() {
    return new ClaimToken(text(), random.nextLong());
  }

  private ClaimRequest claimRequest() {
    return new ClaimRequest(
        token(),
        1 + random.nextInt(1_000),
        list(() -> new ClaimRequest.QueueLimit(text(), random.nextInt())),
        Set.of(text() + "1", text() + "2"),
        random.nextInt(2),
        duration());
  }

  private TaskQuery query() {
    return new TaskQuery(
        new HashSet<>(list(() -> oneOf(TaskStatus.values()))),
        maybe(this::text),
        maybe(this::text),
        maybe(this::id),
        random.nextBoolean(),
        map(this::text),
        maybe(this::instant),
        maybe(this::instant),
        maybe(this::id),
        1 + random.nextInt(TaskQuery.MAX_LIMIT));
  }

  private QueueStats.Counts counts() {
    return new QueueStats.Counts(
        Map.of(oneOf(TaskStatus.values()), random.nextLong()), maybe(this::instant));
  }

  private Changes.Change change() {
    return new Changes.Change(
        random.nextLong(), instant(), id(), text(), oneOf(TaskStatus.values()));
  }

  private Retention retention() {
    return new Retention(duration(), duration(), random.nextInt(1_000_000));
  }

  private Instant instant() {
    return Times.ofMicros(random.nextLong(Times.toMicros(Times.MAX)));
  }

  private Duration duration() {
    return Duration.ofNanos(1_000 + random.nextLong(1L << 50));
  }

  /** Also with quotes, controls, several planes, and halves of pairs. */
  private String text() {
    String alphabet = "abc \"\\/\n\t\0\u001f\u007fäß漢\u2028\ud83d\udc18";
    var text = new StringBuilder();
    int length = random.nextInt(12);
    for (int i = 0; i < length; i++) {
      text.append(alphabet.charAt(random.nextInt(alphabet.length())));
    }
    return text.toString();
  }

  private String word() {
    return "w" + random.nextInt(100) + "ä漢\ud83d\udc18";
  }

  private <T> Optional<T> maybe(Supplier<T> value) {
    return random.nextBoolean() ? Optional.of(value.get()) : Optional.empty();
  }

  private <T> List<T> list(Supplier<T> value) {
    return Stream.generate(value).limit(random.nextInt(4)).toList();
  }

  private <T> Map<String, T> map(Supplier<T> value) {
    var map = new HashMap<String, T>();
    list(() -> map.put(word(), value.get()) == null);
    return map;
  }

  private <T> T oneOf(T[] values) {
    return values[random.nextInt(values.length)];
  }
}
