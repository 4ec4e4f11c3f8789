package dev.omniq.task;

import java.time.Duration;
import java.time.Instant;

/** When a new task is due: at a time, or some time after the moment in which it is stored. */
public sealed interface Due {

  /** Due at a time; one in the past means now. */
  record At(Instant time) implements Due {
    /** Rounds up to the microsecond and checks the bounds. */
    public At {
      time = Times.dueTime(time);
    }
  }

  /** Due some time after the insert, by the store's own clock. Zero means now. */
  record After(Duration delay) implements Due {
    private static final After NOW = new After(Duration.ZERO);

    /** Checks that the delay is not negative and within bounds. */
    public After {
      if (delay.isNegative() || delay.compareTo(Times.MAX_DURATION) > 0) {
        throw new IllegalArgumentException(
            "delay must be between zero and " + Times.MAX_DURATION + ", but is " + delay);
      }
    }
  }

  /** Due as soon as it is stored. */
  static Due now() {
    return After.NOW;
  }

  /** The due time of a task that a store with the clock {@code now} inserts. */
  default Instant resolve(Instant now) {
    return this instanceof At at ? at.time() : Times.plus(now, ((After) this).delay());
  }
}
