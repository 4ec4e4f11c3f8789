package dev.omniq.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TaskIdTest {
  private static final Instant FUTURE = Instant.parse("2126-01-01T12:00:00Z");

  @Test
  void ids_ascend_alsoWithinAMillisecondAndWhenTheClockStepsBack() {
    List<TaskId> ids = new ArrayList<>();
    for (int i = 0; i < 20_000; i++) {
      ids.add(TaskId.next(FUTURE.minus(Duration.ofMillis(i % 3))));
    }

    assertThat(ids).isSorted().doesNotHaveDuplicates();
  }

  @Test
  void id_isAUuidOfVersion7_andSortsAsItsText() {
    TaskId first = TaskId.next(FUTURE);
    TaskId second = TaskId.next(FUTURE);

    assertThat(first.value().version()).isEqualTo(7);
    assertThat(first.value().variant()).isEqualTo(2);
    assertThat(first.toString()).isLessThan(second.toString());
  }

  @Test
  void parse_readsWhatToStringWrote() {
    TaskId id = TaskId.next(FUTURE);

    assertThat(TaskId.parse(id.toString())).isEqualTo(id);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "7", "1-1-1-1-1", "019ac9d2-6f00-7000-8000-00000000000g"})
  void parse_ofSomethingElse_saysWhatAnIdLooksLike(String text) {
    assertThatThrownBy(() -> TaskId.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("'" + text + "'")
        .hasMessageContaining("an id is a UUID such as");
  }
}
