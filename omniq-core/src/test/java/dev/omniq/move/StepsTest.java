package dev.omniq.move;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.omniq.move.Steps.Marks;
import dev.omniq.move.Steps.Step;
import dev.omniq.storage.MoveMark;
import dev.omniq.storage.MoveMark.Role;
import dev.omniq.storage.MoveMark.Stage;
import dev.omniq.task.OmniQException;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** The table of {@link Steps}, line by line. */
class StepsTest {
  private static final UUID MOVE = new UUID(1, 2);
  private static final UUID OTHER_MOVE = new UUID(3, 4);

  private static Optional<MoveMark> mark(UUID move, Role role, Stage stage, String other) {
    return Optional.of(new MoveMark(move, role, stage, other, Instant.EPOCH));
  }

  private static Optional<MoveMark> source(String stage) {
    return stage.equals("none")
        ? Optional.empty()
        : mark(MOVE, Role.SOURCE, Stage.valueOf(stage), "to");
  }

  private static Optional<MoveMark> target(String stage) {
    return stage.equals("none")
        ? Optional.empty()
        : mark(MOVE, Role.TARGET, Stage.valueOf(stage), "from");
  }

  private static Marks marks(Optional<MoveMark> source, Optional<MoveMark> target) {
    return new Marks(source, target, "from", "to");
  }

  private static Step move(String source, String target) {
    return marks(source(source), target(target)).towardsCompletion();
  }

  private static Step undo(String source, String target) {
    return marks(source(source), target(target)).towardsUndoing();
  }

  @Test
  void move_marksTheTargetThenTheSourceThenCopies() {
    assertThat(move("none", "none")).isEqualTo(Step.MARK_TARGET);
    assertThat(move("none", "COPYING")).isEqualTo(Step.MARK_SOURCE);
    assertThat(move("COPYING", "none")).isEqualTo(Step.MARK_TARGET);
    assertThat(move("COPYING", "COPYING")).isEqualTo(Step.COPY);
  }

  @Test
  void move_thatIsComplete_freesTheTarget() {
    assertThat(move("COMPLETE", "COPYING")).isEqualTo(Step.UNMARK_TARGET);
    assertThat(move("COMPLETE", "UNDOING")).isEqualTo(Step.UNMARK_TARGET);
    assertThat(move("COMPLETE", "none")).isEqualTo(Step.NOTHING);
  }

  @Test
  void move_thatIsBeingUndone_isRefused() {
    for (String[] marks :
        new String[][] {
          {"none", "UNDOING"},
          {"COPYING", "UNDOING"},
          {"UNDOING", "COPYING"},
          {"UNDOING", "UNDOING"},
          {"UNDOING", "none"}
        }) {
      assertThatThrownBy(() -> move(marks[0], marks[1]))
          .isInstanceOf(OmniQException.class)
          .hasMessageContaining("--abort");
    }
  }

  @Test
  void undo_decidesAtTheSourceThenEmptiesTheTargetThenFreesBoth() {
    assertThat(undo("COPYING", "none")).isEqualTo(Step.UNDO_SOURCE);
    assertThat(undo("COPYING", "COPYING")).isEqualTo(Step.UNDO_SOURCE);
    assertThat(undo("COPYING", "UNDOING")).isEqualTo(Step.UNDO_SOURCE);
    assertThat(undo("none", "COPYING")).isEqualTo(Step.UNDO_TARGET);
    assertThat(undo("UNDOING", "COPYING")).isEqualTo(Step.UNDO_TARGET);
    assertThat(undo("none", "UNDOING")).isEqualTo(Step.REMOVE);
    assertThat(undo("UNDOING", "UNDOING")).isEqualTo(Step.REMOVE);
    assertThat(undo("UNDOING", "none")).isEqualTo(Step.UNMARK_SOURCE);
    assertThat(undo("none", "none")).isEqualTo(Step.NOTHING);
  }

  @Test
  void undo_ofACompleteMove_isRefused() {
    for (String target : new String[] {"none", "COPYING", "UNDOING"}) {
      assertThatThrownBy(() -> undo("COMPLETE", target))
          .isInstanceOf(OmniQException.class)
          .hasMessageContaining("complete");
    }
  }

  @Test
  void store_ofAnotherMove_isRefused() {
    var elsewhere = mark(MOVE, Role.SOURCE, Stage.COPYING, "elsewhere");
    var wrongWay = mark(MOVE, Role.TARGET, Stage.COPYING, "to");
    var left = mark(MOVE, Role.SOURCE, Stage.COMPLETE, "elsewhere");
    var otherMove = mark(OTHER_MOVE, Role.TARGET, Stage.COPYING, "from");

    assertThatThrownBy(marks(elsewhere, Optional.empty())::towardsCompletion)
        .hasMessageContaining("elsewhere");
    assertThatThrownBy(marks(elsewhere, Optional.empty())::towardsUndoing)
        .hasMessageContaining("elsewhere");
    assertThatThrownBy(marks(wrongWay, Optional.empty())::towardsCompletion)
        .isInstanceOf(OmniQException.class);
    assertThatThrownBy(marks(Optional.empty(), left)::towardsCompletion)
        .hasMessageContaining("moved to elsewhere");
    assertThatThrownBy(marks(source("COPYING"), otherMove)::towardsCompletion)
        .hasMessageContaining(OTHER_MOVE.toString());
  }

  @Test
  void targetOfACompleteMove_mayTakePartInOthers() {
    var onward = mark(OTHER_MOVE, Role.SOURCE, Stage.COPYING, "further");

    assertThat(marks(source("COMPLETE"), onward).towardsCompletion()).isEqualTo(Step.NOTHING);
  }

  @Test
  void targetMarkedLate_whenTheMoveIsComplete_isFreed() {
    var late = mark(OTHER_MOVE, Role.TARGET, Stage.COPYING, "from");

    assertThat(marks(source("COMPLETE"), late).towardsCompletion()).isEqualTo(Step.UNMARK_TARGET);
  }

  @Test
  void oneStore_isRecognisedByTheMarkThatShowsTwice() {
    var mark = target("COPYING");

    assertThat(marks(mark, mark).isOneStore()).isTrue();
    assertThat(marks(Optional.empty(), Optional.empty()).isOneStore()).isFalse();
    assertThat(marks(source("COPYING"), target("COPYING")).isOneStore()).isFalse();
  }
}
