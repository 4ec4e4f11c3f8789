package dev.omniq.benchmarks;

import dev.omniq.benchmarks.peers.Runs;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What another queue did wrong. Its figure is kept all the same, with this beside it. */
final class Flaws {
  private long lost;
  private long doubled;
  private long unfinished;
  private long early;
  private double earliest;

  /** Notes what was stored but is not there. */
  void stored(int tasks, long there) {
    lost += Math.max(0, tasks - there);
    doubled += Math.max(0, there - tasks);
  }

  /** Notes what has not run, or not only once. */
  void ran(Runs runs) {
    lost += runs.lost();
    doubled += runs.doubled();
  }

  /** Notes what has run and has not finished in good time. */
  void left(long tasks) {
    unfinished += tasks;
  }

  /** Notes what began before its time. */
  void began(double[] millisAfterItsTime) {
    for (double millis : millisAfterItsTime) {
      if (millis < 0) {
        early++;
        earliest = Math.max(earliest, -millis);
      }
    }
  }

  /** Nothing if there is none. */
  @Override
  public String toString() {
    List<String> words = new ArrayList<>();
    if (lost > 0) {
      words.add("lost " + lost);
    }
    if (doubled > 0) {
      words.add("doubled " + doubled);
    }
    if (unfinished > 0) {
      words.add("left " + unfinished + " unfinished");
    }
    if (early > 0) {
      words.add(String.format(Locale.ROOT, "ran %d early, by up to %,.1f ms", early, earliest));
    }
    return String.join(", ", words);
  }
}
