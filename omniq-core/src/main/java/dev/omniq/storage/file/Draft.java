package dev.omniq.storage.file;

import dev.omniq.task.ClaimToken;
import java.util.ArrayList;
import java.util.List;

/**
 * The group that is being put together: its lines, each applied to the state at once, so that the
 * decisions that follow see it. Not thread-safe.
 */
final class Draft {
  /** More than steps need, and no more than a reader can hold. */
  private static final int MOST = 512 << 20;

  private final JsonBuffer lines = new JsonBuffer();
  private final int most;
  private final List<ClaimToken> revoked = new ArrayList<>();
  private long start;
  private int count;
  private boolean durable;
  private boolean due;

  Draft() {
    this(MOST);
  }

  /** With at most so many bytes in a group. */
  Draft(int most) {
    this.most = most;
  }

  /** Begins a group at a place in the journal. */
  void begin(long at) {
    lines.clear();
    revoked.clear();
    start = at;
    count = 0;
    durable = false;
    due = false;
  }

  /** Where the next line will begin. */
  long location() {
    return start + lines.size();
  }

  JsonBuffer lines() {
    return lines;
  }

  int count() {
    return count;
  }

  /** Whether somebody waits for the group to be forced. */
  boolean isDurable() {
    return durable;
  }

  /**
   * Appends a line that need only survive the process; returns where it begins.
   *
   * @throws IllegalArgumentException if the group is too large; it must be given up
   */
  long append(Line line) {
    long at = location();
    LineWriter.write(lines, line);
    if (lines.size() > most) {
      throw new IllegalArgumentException(
          "one atomic write must stay below %d bytes; split it".formatted(most));
    }
    count++;
    return at;
  }

  /** Appends a line that somebody waits for to be forced; returns where it begins. */
  long appendDurable(Line line) {
    durable = true;
    return append(line);
  }

  /** Notes that something may be due, or due earlier than it was. */
  void noticeDue() {
    due = true;
  }

  boolean isDueNoticed() {
    return due;
  }

  /** Notes that a claim was taken away from its holder. */
  void revoke(ClaimToken token) {
    revoked.add(token);
  }

  List<ClaimToken> revoked() {
    return List.copyOf(revoked);
  }
}
