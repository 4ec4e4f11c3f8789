package dev.omniq.storage.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.omniq.task.TaskId;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class DraftTest {
  private static final int MOST = 1_000;

  private final Draft draft = new Draft(MOST);

  /** What nobody could read again must not be written. */
  @Test
  void group_thatIsTooLarge_isRefused_andTheNextOneIsNot() {
    draft.begin(0);
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> {
              for (int i = 0; i < MOST; i++) {
                draft.append(line());
              }
            })
        .withMessageContaining("1000 bytes");

    draft.begin(0);
    draft.append(line());

    assertThat(draft.count()).isEqualTo(1);
  }

  private static Line line() {
    return new Line.Delete(List.of(TaskId.next(Instant.EPOCH)));
  }
}
