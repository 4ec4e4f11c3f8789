package dev.omniq.testkit;

import static dev.omniq.testkit.ContractFixture.get;
import static dev.omniq.testkit.Samples.keyed;
import static dev.omniq.testkit.Samples.task;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.omniq.move.Outcome;
import dev.omniq.task.OmniQException;
import dev.omniq.task.StorageException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/**
 * Moves that are interrupted, repeated, undone, or made twice at once, at each of their steps. A
 * step is a call of a store: what happens in the middle of a call is either before or after it, as
 * each is atomic.
 *
 * <p>Where a step costs much, a run takes every so many steps, from another one each time; {@code
 * -Domniq.first-step=…} for those of another run.
 */
abstract class MoveInterruptionContract {
  private final Supplier<? extends StoreHome> homes;
  private final int every;
  private final int first;

  MoveInterruptionContract(Supplier<? extends StoreHome> homes, int every) {
    this.homes = homes;
    this.every = every;
    first = Integer.getInteger("omniq.first-step", new Random().nextInt(every));
    if (every > 1) {
      System.out.printf("every %d steps, the first is %d%n", every, first);
    }
  }

  /** Whoever moved was killed. */
  private static final class Killed extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }

  /** Does something before one of the calls. */
  private static final class At implements Runnable {
    private final int step;
    private final Runnable action;
    private int calls;

    At(int step, Runnable action) {
      this.step = step;
      this.action = action;
    }

    @Override
    public void run() {
      if (calls++ == step) {
        action.run();
      }
    }

    boolean wasReached() {
      return calls > step;
    }
  }

  private static At death(int step) {
    return new At(
        step,
        () -> {
          throw new Killed();
        });
  }

  /** A part of a move, or of undoing one. */
  private interface Act {
    Outcome act(MovePair pair, Runnable beforeEachCall) throws InterruptedException;
  }

  private static final Act MOVE = (pair, before) -> pair.move(before).run();
  private static final Act UNDO = (pair, before) -> pair.move(before).undo();

  /** Whether it came to its end before the step at which it was to be killed. */
  private static boolean survives(Act act, MovePair pair, int step) throws InterruptedException {
    At death = death(step);
    try {
      act.act(pair, death);
    } catch (Killed e) {
      // as planned
    }
    if (step % 2 == 0) {
      pair.crash();
    }
    return !death.wasReached();
  }

  private MovePair pair() {
    return new MovePair(homes);
  }

  // ---- alone ----

  @Test
  void move_bringsEverythingOver() throws InterruptedException {
    try (MovePair pair = pair()) {
      Outcome outcome = pair.move(() -> {}).run();

      assertThat(outcome.copied()).isEqualTo(outcome.tasks()).isGreaterThan(8);
      pair.assertMoved();
    }
  }

  @Test
  void move_ofATaskThatRuns_waitsForItsLease() throws InterruptedException {
    try (MovePair pair = pair()) {
      Instant start = pair.from().now();

      pair.move(() -> {}).run();

      assertThat(Duration.between(start, pair.from().now())).isGreaterThanOrEqualTo(MovePair.LEASE);
    }
  }

  @Test
  void move_thatIsComplete_doesNothingAgain() throws InterruptedException {
    try (MovePair pair = pair()) {
      pair.move(() -> {}).run();

      assertThat(pair.move(() -> {}).run().copied()).isZero();
      pair.assertMoved();
    }
  }

  @Test
  void move_thatIsComplete_cannotBeUndone() throws InterruptedException {
    try (MovePair pair = pair()) {
      pair.move(() -> {}).run();

      assertThatThrownBy(() -> pair.move(() -> {}).undo())
          .isInstanceOf(OmniQException.class)
          .hasMessageContaining("complete");
      pair.assertMoved();
    }
  }

  @Test
  void undo_ofNoMove_doesNothing() throws InterruptedException {
    try (MovePair pair = pair()) {
      pair.move(() -> {}).undo();

      pair.assertUndone();
    }
  }

  @Test
  void move_toAStoreWhoseTaskHoldsAKey_canBeRepeatedOrUndone() throws InterruptedException {
    try (MovePair pair = pair()) {
      get(pair.to().insert(List.of(task(104, keyed("key")))));
      assertThatThrownBy(() -> pair.move(() -> {}).run())
          .isInstanceOf(StorageException.class)
          .hasMessageContaining("'key'");

      pair.move(() -> {}).undo();

      assertThat(MovePair.mark(pair.from())).isEmpty();
      assertThat(MovePair.mark(pair.to())).isEmpty();
      assertThat(MovePair.tasks(pair.to())).hasSize(4);
    }
  }

  @Test
  void move_betweenOtherPlaces_isRefusedWhileOneIsUnderWay() throws InterruptedException {
    try (MovePair pair = pair()) {
      survives(MOVE, pair, 13);

      assertThatThrownBy(() -> pair.move(MovePair.FROM, "test:elsewhere", () -> {}).run())
          .isInstanceOf(OmniQException.class)
          .hasMessageContaining(MovePair.TO);
      assertThatThrownBy(() -> pair.move("test:elsewhere", MovePair.TO, () -> {}).undo())
          .isInstanceOf(OmniQException.class)
          .hasMessageContaining(MovePair.FROM);

      pair.move(() -> {}).run();
      pair.assertMoved();
    }
  }

  // ---- interrupted ----

  @Test
  void move_interruptedAtAnyStep_isFinishedByRepeatingIt() throws InterruptedException {
    boolean done = false;
    for (int step = first; !done; step += every) {
      try (MovePair pair = pair()) {
        done = survives(MOVE, pair, step);
        pair.enqueueInTarget(110);

        pair.move(() -> {}).run();

        pair.assertMoved();
      }
    }
  }

  @Test
  void move_interruptedAtAnyStep_canBeUndoneUnlessComplete() throws InterruptedException {
    boolean done = false;
    for (int step = first; !done; step += every) {
      try (MovePair pair = pair()) {
        done = survives(MOVE, pair, step);
        pair.enqueueInTarget(110);
        if (pair.isComplete()) {
          assertThatThrownBy(() -> pair.move(() -> {}).undo()).isInstanceOf(OmniQException.class);
          pair.move(() -> {}).run();
          pair.assertMoved();
        } else {
          pair.move(() -> {}).undo();
          pair.assertUndone();
        }
      }
    }
  }

  @Test
  void undo_interruptedAtAnyStep_isFinishedByRepeatingIt() throws InterruptedException {
    int beforeTheEnd = steps() - 3;
    boolean done = false;
    for (int step = first; !done; step += every) {
      try (MovePair pair = pair()) {
        survives(MOVE, pair, beforeTheEnd);
        assertThat(pair.isComplete()).isFalse();
        done = survives(UNDO, pair, step);

        pair.move(() -> {}).undo();

        pair.assertUndone();
      }
    }
  }

  /** How many calls a whole move makes until its source is marked as left. */
  private int steps() throws InterruptedException {
    try (MovePair pair = pair()) {
      var calls = new int[2];
      pair.move(
              () -> {
                calls[0]++;
                calls[1] = pair.isComplete() ? calls[1] : calls[0];
              })
          .run();
      return calls[1];
    }
  }

  // ---- at once ----

  @Test
  void twoMovesAtOnce_doTheWorkOfOne() throws InterruptedException {
    boolean done = false;
    for (int step = first; !done; step += every) {
      try (MovePair pair = pair()) {
        var other = new At(step, () -> complete(MOVE, pair));

        pair.move(other).run();

        done = !other.wasReached();
        pair.assertMoved();
      }
    }
  }

  @Test
  void undoingWhileMoving_endsOneWayOrTheOther() throws InterruptedException {
    boolean done = false;
    for (int step = first; !done; step += every) {
      try (MovePair pair = pair()) {
        var other = new At(step, () -> complete(UNDO, pair));
        try {
          pair.move(other).run();
        } catch (OmniQException e) {
          assertThat(e).hasMessageContaining("undone");
        }
        done = !other.wasReached();
        if (pair.isComplete()) {
          pair.assertMoved();
        } else {
          pair.assertUndone();
        }
      }
    }
  }

  @Test
  void movingWhileUndoing_endsOneWayOrTheOther() throws InterruptedException {
    int beforeTheEnd = steps() - 3;
    boolean done = false;
    for (int step = first; !done; step += every) {
      try (MovePair pair = pair()) {
        survives(MOVE, pair, beforeTheEnd);
        var other = new At(step, () -> complete(MOVE, pair));
        try {
          pair.move(other).undo();
        } catch (OmniQException e) {
          assertThat(e).hasMessageContaining("complete");
        }
        done = !other.wasReached();
        if (pair.isComplete()) {
          pair.assertMoved();
        } else {
          pair.assertUndone();
        }
      }
    }
  }

  @Test
  void undoStoppedAtAnyStep_takesNothingOfTheNextMove() throws InterruptedException {
    int beforeTheEnd = steps() - 3;
    boolean done = false;
    for (int step = first; !done; step += every) {
      try (MovePair pair = pair()) {
        survives(MOVE, pair, beforeTheEnd);
        var others =
            new At(
                step,
                () -> {
                  complete(UNDO, pair);
                  complete(MOVE, pair);
                });
        try {
          pair.move(others).undo();
        } catch (OmniQException e) {
          assertThat(e).hasMessageContaining("complete");
        }
        done = !others.wasReached();
        if (pair.isComplete()) {
          pair.assertMoved();
        } else {
          pair.assertUndone();
        }
      }
    }
  }

  /** Another process comes in between, and does all that it can. */
  private static void complete(Act act, MovePair pair) {
    try {
      act.act(pair, () -> {});
    } catch (OmniQException e) {
      assertThat(e).hasMessageMatching("(?s).*(complete|undone).*");
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
