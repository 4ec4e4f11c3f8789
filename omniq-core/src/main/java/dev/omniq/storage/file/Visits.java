package dev.omniq.storage.file;

import dev.omniq.task.TaskId;
import org.jspecify.annotations.Nullable;

/** How many tasks a step of a search may still look at before others have their turn. */
final class Visits {
  /** Enough for a segment to get on by at least one record. */
  private static final int LEAST = 200;

  private final int most;
  private final int leastShare;
  private int left;
  private @Nullable TaskId stalled;

  Visits(int most) {
    this(most, LEAST);
  }

  /** The same, with another least share for a segment. */
  Visits(int most, int leastShare) {
    this.most = most;
    this.leastShare = leastShare;
    left = most;
  }

  /** The share of one list of one of some segments. */
  Visits share(int segments) {
    return new Visits(Math.max(leastShare, most / segments));
  }

  /** Counts one; whether it was the last, or one too many. */
  boolean areUsedUpByOne() {
    left--;
    return areUsedUp();
  }

  boolean areUsedUp() {
    return left <= 0;
  }

  /** Notes that a segment has used up its share, and up to which id its ids are known. */
  void stalledAt(TaskId id) {
    TaskId before = stalled;
    stalled = before == null || before.compareTo(id) < 0 ? id : before;
  }

  /** Whether the step must end at an id, because it is not known what comes there and below. */
  boolean endAt(TaskId id) {
    TaskId known = stalled;
    return areUsedUp() || (known != null && id.compareTo(known) <= 0);
  }
}
