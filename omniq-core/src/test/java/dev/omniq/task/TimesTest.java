package dev.omniq.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class TimesTest {
  private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");

  @Test
  void roundUp_neverMakesATimeEarlier() {
    assertThat(Times.roundUp(NOON.plusNanos(1))).isEqualTo(NOON.plusNanos(1_000));
    assertThat(Times.roundUp(NOON.plusNanos(1_000))).isEqualTo(NOON.plusNanos(1_000));
  }

  @Test
  void plus_staysWithinTheStoredTimes() {
    assertThat(Times.plus(NOON, Duration.ofMillis(1))).isEqualTo(NOON.plusMillis(1));
    assertThat(Times.plus(NOON, Times.MAX_DURATION)).isAfter(NOON);
    assertThat(Times.plus(Times.MAX.minusSeconds(1), Duration.ofSeconds(2))).isEqualTo(Times.MAX);
    assertThat(Times.plus(NOON, Duration.ofDays(366L * 9_000))).isEqualTo(Times.MAX);
  }

  @Test
  void dueTime_inThePast_staysThere_butNotBeforeTheEpoch() {
    assertThat(Times.dueTime(NOON)).isEqualTo(NOON);
    assertThat(Times.dueTime(Instant.MIN)).isEqualTo(Instant.EPOCH);
  }

  @Test
  void dueTime_beyondTheYear9999_isRefused() {
    assertThatThrownBy(() -> Times.dueTime(Times.MAX.plusSeconds(1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("beyond the year 9999");
  }

  @Test
  void micros_roundTrip() {
    assertThat(Times.ofMicros(Times.toMicros(Times.MAX))).isEqualTo(Times.MAX);
    assertThat(Times.ofMicros(Times.toMicros(NOON.plusNanos(5_000))))
        .isEqualTo(NOON.plusNanos(5_000));
  }

  @Test
  void microsOfADuration_areRoundedUp_andHaveAnEnd() {
    assertThat(Times.toMicros(Duration.ofNanos(1_001))).isEqualTo(2);
    assertThat(Times.toMicros(Duration.ofDays(107_000))).isEqualTo(107_000L * 86_400 * 1_000_000);
    assertThat(Times.toMicros(Duration.ofSeconds(Long.MAX_VALUE)))
        .isEqualTo(Times.toMicros(Times.MAX));
  }
}
