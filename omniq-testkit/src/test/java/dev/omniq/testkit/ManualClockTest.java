package dev.omniq.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ManualClockTest {
  private static final Instant NOON = Instant.parse("2026-11-23T12:00:00Z");
  private static final Duration SECOND = Duration.ofSeconds(1);

  private final ManualClock clock = ManualClock.startingAt(NOON);
  private final List<String> heard = new ArrayList<>();

  @Test
  void clock_standsStill_untilItIsMoved() {
    assertThat(clock.now()).isEqualTo(NOON).isEqualTo(clock.now());
    assertThat(clock.nanoTime()).isEqualTo(clock.nanoTime());
  }

  @Test
  void clock_roundsUpToMicroseconds_asEveryTimeSource() {
    clock.advance(Duration.ofNanos(1));

    assertThat(clock.now()).isEqualTo(NOON.plusNanos(1000));
  }

  @Test
  void advance_byNanoseconds_addsThemUp() {
    clock.advance(Duration.ofNanos(1500));
    clock.advance(Duration.ofNanos(1500));

    assertThat(clock.now()).isEqualTo(NOON.plusNanos(3000));
  }

  @Test
  void advance_movesBothClocks() {
    long before = clock.nanoTime();

    clock.advance(SECOND);

    assertThat(clock.now()).isEqualTo(NOON.plus(SECOND));
    assertThat(clock.nanoTime() - before).isEqualTo(SECOND.toNanos());
  }

  @Test
  void advance_backwards_isRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> clock.advance(SECOND.negated()))
        .withMessageContaining("jump()");
  }

  @Test
  void jump_movesTheWallClockAlone() {
    long before = clock.nanoTime();

    clock.jump(Duration.ofHours(-3));

    assertThat(clock.now()).isEqualTo(NOON.minusSeconds(3 * 3600));
    assertThat(clock.nanoTime()).isEqualTo(before);
  }

  @Test
  void jumpTo_setsTheWallClock() {
    clock.jumpTo(Instant.EPOCH);

    assertThat(clock.now()).isEqualTo(Instant.EPOCH);
  }

  @Test
  void jump_setsOffNoAlarm() {
    schedule(SECOND, "alarm");

    clock.jump(Duration.ofDays(1));

    assertThat(heard).isEmpty();
  }

  @Test
  void alarms_goOffInTheirOrder_eachAtItsOwnTime() {
    schedule(SECOND.multipliedBy(2), "second");
    schedule(SECOND, "first");

    clock.advance(SECOND.multipliedBy(5));

    assertThat(heard).containsExactly("first at PT1S", "second at PT2S");
  }

  @Test
  void alarms_ofOneTime_goOffAsTheyWereSet() {
    schedule(SECOND, "one");
    schedule(SECOND, "two");

    clock.advance(SECOND);

    assertThat(heard).containsExactly("one at PT1S", "two at PT1S");
  }

  @Test
  void alarm_thatIsNotDue_staysSet() {
    schedule(SECOND, "alarm");

    clock.advance(SECOND.minusNanos(1));
    assertThat(heard).isEmpty();
    clock.advance(Duration.ofNanos(1));

    assertThat(heard).containsExactly("alarm at PT1S");
  }

  @Test
  void alarm_withoutDelay_waitsForTheNextAdvance() {
    schedule(Duration.ZERO, "alarm");
    assertThat(heard).isEmpty();

    clock.advance(Duration.ZERO);

    assertThat(heard).containsExactly("alarm at PT0S");
  }

  @Test
  void alarm_thatAnAlarmSets_goesOffInTheSameAdvance() {
    clock.schedule(SECOND, () -> schedule(SECOND, "child"));

    clock.advance(SECOND.multipliedBy(2));

    assertThat(heard).containsExactly("child at PT2S");
  }

  @Test
  void alarm_thatWasCancelled_staysSilent() {
    var alarm = clock.schedule(SECOND, () -> heard.add("cancelled"));

    alarm.cancel();
    clock.advance(SECOND);

    assertThat(heard).isEmpty();
  }

  @Test
  void alarm_farBeyondEverything_isAccepted() {
    schedule(Duration.ofSeconds(Long.MAX_VALUE), "never");

    clock.advance(Duration.ofDays(366));

    assertThat(heard).isEmpty();
  }

  @Test
  void alarm_thatThrows_stopsTheClockAtItsTime() {
    clock.schedule(
        SECOND,
        () -> {
          throw new IllegalStateException("from the alarm");
        });

    assertThatThrownBy(() -> clock.advance(SECOND.multipliedBy(2))).hasMessage("from the alarm");
    assertThat(clock.now()).isEqualTo(NOON.plus(SECOND));
  }

  @Test
  void awaitAlarms_returnsWhenAnotherThreadSetsOne() throws Exception {
    var set = CompletableFuture.runAsync(() -> schedule(SECOND, "alarm"));

    clock.awaitAlarms(1);
    set.get(30, TimeUnit.SECONDS);
    clock.advance(SECOND);

    assertThat(heard).hasSize(1);
  }

  private void schedule(Duration delay, String name) {
    clock.schedule(delay, () -> heard.add(name + " at " + Duration.between(NOON, clock.now())));
  }
}
