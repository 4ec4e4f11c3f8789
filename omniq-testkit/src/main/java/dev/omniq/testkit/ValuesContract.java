package dev.omniq.testkit;

import static dev.omniq.testkit.Samples.NOON;
import static dev.omniq.testkit.Samples.SPEC;
import static dev.omniq.testkit.Samples.by;
import static dev.omniq.testkit.Samples.id;
import static dev.omniq.testkit.Samples.keyed;
import static dev.omniq.testkit.Samples.pending;
import static dev.omniq.testkit.Samples.succeeded;
import static dev.omniq.testkit.Samples.success;
import static dev.omniq.testkit.Samples.task;
import static org.assertj.core.api.Assertions.assertThat;

import dev.omniq.storage.Applied;
import dev.omniq.storage.Claimed;
import dev.omniq.storage.Inserted;
import dev.omniq.storage.Transition;
import dev.omniq.task.Due;
import dev.omniq.task.NewTask;
import dev.omniq.task.RetryPolicy;
import dev.omniq.task.Schedule;
import dev.omniq.task.Task;
import dev.omniq.task.TaskError;
import dev.omniq.task.TaskId;
import dev.omniq.task.TaskQuery;
import dev.omniq.task.TaskSpec;
import dev.omniq.task.TaskState;
import dev.omniq.task.Times;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Values that every store gives back as they were: long, strange, or at their bounds. */
abstract class ValuesContract extends ContractFixture {
  /** Quotes, backslashes, controls as JSON escapes them, and text of several planes. */
  private static final String STRANGE_JSON =
      "[\"\\\" \\\\ \\/ \\n \\u0000 \\u001f \\ud83d ä ß 漢字 🎉 \u2028 \u007f\"]";

  private static final String STRANGE_TEXT = "\" \\ / ' \n \t \0 ä ß 漢字 🎉 \u2028 { } [ ] \u007f";

  ValuesContract(Supplier<? extends StoreHome> homes) {
    super(homes);
  }

  @Test
  void arguments_ofAMebibyte_comeBack() {
    String big = "[\"" + "0123456789abcdef".repeat(65_536) + "\"]";
    insert(task(1, SPEC.toBuilder().arguments(big).build()));

    assertThat(claimOnly(id(1)).task().arguments()).isEqualTo(big);
    assertThat(find(id(1)).arguments()).isEqualTo(big);
  }

  @Test
  void arguments_withStrangeCharacters_comeBack() {
    insert(task(1, SPEC.toBuilder().arguments(STRANGE_JSON).build()));

    assertThat(find(id(1)).arguments()).isEqualTo(STRANGE_JSON);
    assertThat(claimOnly(id(1)).task().arguments()).isEqualTo(STRANGE_JSON);
  }

  @Test
  void arguments_withSpaceBetweenTheirValues_meanTheSame() {
    insert(task(1, SPEC.toBuilder().arguments("[ 1,\r\n\t2 ]\n").build()));

    assertThat(find(id(1)).arguments().replaceAll("\\s", "")).isEqualTo("[1,2]");
  }

  @Test
  void arguments_withNumbers_keepTheirForm() {
    String numbers = "[0.1,1e400,123456789012345678901234567890,-0,1.50]";
    insert(task(1, SPEC.toBuilder().arguments(numbers).build()));

    assertThat(find(id(1)).arguments()).isEqualTo(numbers);
  }

  @Test
  void result_ofAMebibyte_comesBack() {
    String big = "\"" + "ä漢🎉".repeat(100_000) + "\"";
    Claimed claimed = start(task(1));

    apply(by(claimed.token(), claimed.task(), succeeded(claimed.task(), big)));

    assertThat(find(id(1)).state().result()).contains(big);
  }

  @Test
  void result_withStrangeCharacters_comesBack() {
    Claimed claimed = start(task(1));

    apply(by(claimed.token(), claimed.task(), succeeded(claimed.task(), STRANGE_JSON)));

    assertThat(find(id(1)).state().result()).contains(STRANGE_JSON);
  }

  @Test
  void names_thatAreLongAndStrange_areFound() {
    String text = "🎉 \"漢字\" \\ '; -- ".repeat(20).substring(0, TaskSpec.MAX_TEXT - 1) + "x";
    var spec =
        TaskSpec.of(text, "[]").toBuilder()
            .queue(text)
            .uniqueKey(Optional.of(text))
            .labels(Map.of(text, text))
            .build();
    insert(task(1, spec));

    assertThat(find(id(1)).spec()).isEqualTo(spec);
    assertThat(list(TaskQuery.all().queue(text).name(text).label(text, text)))
        .containsExactly(id(1));
    assertThat(insert(task(2, spec))).containsExactly(new Inserted(id(1), false));
  }

  @Test
  void names_thatDifferInCaseOrByASpace_areDifferent() {
    insert(task(1, keyed("key")), task(2, keyed("KEY")), task(3, keyed("key ")));

    assertThat(list(TaskQuery.all())).hasSize(3);
    assertThat(list(TaskQuery.all().name("Mail"))).isEmpty();
  }

  @Test
  void errors_withStrangeCharacters_comeBack() {
    Claimed claimed = start(task(1));
    var error =
        new TaskError(
            TaskError.Type.RUNTIME,
            STRANGE_TEXT,
            Optional.of("some.Exception"),
            Optional.of(STRANGE_TEXT + "\n\tat somewhere"),
            1,
            NOON);

    apply(failing(claimed, error));

    assertThat(find(id(1)).lastError()).contains(error);
  }

  @Test
  void errors_asLongAsTheyMayBe_comeBack() {
    Claimed claimed = start(task(1));
    TaskState next = pending(claimed.task(), NOON);
    for (int n = 0; n < TaskState.MAX_ERRORS; n++) {
      String message = "m".repeat(TaskError.MAX_MESSAGE);
      String trace = "t".repeat(TaskError.MAX_STACK_TRACE);
      next =
          next.toBuilder()
              .error(
                  new TaskError(
                      TaskError.Type.TIMEOUT,
                      message,
                      Optional.empty(),
                      Optional.of(trace),
                      n,
                      NOON))
              .build();
    }

    apply(by(claimed.token(), claimed.task(), next));

    assertThat(find(id(1)).errors()).isEqualTo(next.errors());
  }

  /** Text that UTF-8 cannot carry may come back changed, but must not keep a task from its end. */
  @Test
  void errors_withHalfACharacter_areStoredSomehow() {
    Claimed claimed = start(task(1));
    var error = TaskError.of(TaskError.Type.RUNTIME, "half \ud83d of an emoji", 1, NOON);

    assertThat(apply(failing(claimed, error))).isEqualTo(Applied.APPLIED);

    assertThat(find(id(1)).lastError().orElseThrow().message())
        .startsWith("half ")
        .endsWith(" of an emoji");
  }

  private static Transition failing(Claimed claimed, TaskError error) {
    TaskState next = pending(claimed.task(), NOON).toBuilder().error(error).build();
    return by(claimed.token(), claimed.task(), next);
  }

  @Test
  void notes_withStrangeCharacters_comeBack() {
    Claimed claimed = start(task(1));
    var note = LeaseContract.note(claimed, STRANGE_TEXT);

    get(store.annotate(List.of(note)));

    assertThat(find(id(1)).state().notes()).isEqualTo(note.notes());
  }

  @Test
  void labels_asManyAsThereMayBe_comeBack() {
    Map<String, String> labels =
        IntStream.range(0, TaskSpec.MAX_LABELS)
            .boxed()
            .collect(Collectors.toMap(n -> "label " + n, n -> "v".repeat(TaskSpec.MAX_TEXT)));
    insert(task(1, SPEC.toBuilder().labels(labels).build()));

    assertThat(find(id(1)).labels()).isEqualTo(labels);
  }

  @Test
  void times_atTheirBounds_comeBack() {
    insert(
        task(1, SPEC, new Due.At(Instant.EPOCH)),
        task(2, SPEC, new Due.At(Times.MAX)),
        task(3, SPEC, new Due.At(NOON.plusNanos(1))));

    assertThat(find(id(1)).dueAt()).isEqualTo(Instant.EPOCH);
    assertThat(find(id(2)).dueAt()).isEqualTo(Times.MAX);
    assertThat(find(id(3)).dueAt()).isEqualTo(NOON.plus(Times.MICRO));
    assertThat(claimedIds(ask())).containsExactly(id(1));
  }

  @Test
  void urgentTask_fromTheBeginningOfTime_isClaimed() {
    insert(
        Samples.priority(1, 0, Instant.EPOCH),
        Samples.priority(2, 9, Instant.EPOCH.plusSeconds(600)));

    assertThat(claimedIds(ask())).containsExactly(id(1), id(2));
  }

  @Test
  void durations_toTheMicrosecond_comeBack() {
    Duration odd = Duration.ofSeconds(1).plus(Times.MICRO);
    TaskSpec spec =
        SPEC.toBuilder()
            .schedule(new Schedule.FixedRate(Times.MAX_DURATION))
            .timeout(Optional.of(odd))
            .retryPolicy(new RetryPolicy(1_000_000, odd, 1.1, Duration.ZERO, 1.0, List.of("a.B")))
            .build();
    insert(task(1, spec));

    assertThat(find(id(1)).spec()).isEqualTo(spec);
  }

  @Test
  void ids_ofAllKinds_sortAsUnsignedNumbers() {
    var high = TaskId.parse("ffffffff-ffff-4fff-bfff-ffffffffffff");
    var low = TaskId.parse("00000000-0000-0000-0000-000000000000");
    var middle = TaskId.parse("7fffffff-ffff-7fff-8000-000000000000");
    for (var each : List.of(middle, high, low)) {
      insert(NewTask.first(each, SPEC, Due.now()));
    }

    assertThat(list(TaskQuery.all())).containsExactly(high, middle, low);
    assertThat(list(TaskQuery.all().after(high))).containsExactly(middle, low);
    assertThat(lookUp(low)).map(Task::id).contains(low);
  }

  @Test
  void result_thatIsMissing_staysMissing() {
    Claimed claimed = start(task(1));
    TaskState without = success(claimed).next().toBuilder().result(Optional.empty()).build();

    apply(by(claimed.token(), claimed.task(), without));

    assertThat(find(id(1)).state().result()).isEmpty();
  }
}
