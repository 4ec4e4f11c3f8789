package dev.omniq.storage.file;

import dev.omniq.storage.file.SealedTasks.Survey;

/**
 * When it pays to compact: when the sealed segments are {@code factor} times as long as what would
 * be left of them.
 *
 * <p>So a compaction writes at most 1 / (factor − 1) of the bytes that it frees. A byte that was
 * appended is freed at most once, so however long a store lives, its compactions together write at
 * most that part of what was appended: with the factor 2 no more than the journal itself.
 *
 * <p>What would be left is known exactly after a {@link Survey}, which reads all indexes, and
 * estimated between two of them. So an estimate that says "now" is checked by a survey first; that
 * corrects the estimate, too, which therefore does not say "now" again and again.
 *
 * @param leastSegments with fewer sealed segments than this nothing is done
 * @param factor above 1
 */
record CompactionPolicy(int leastSegments, double factor) {

  /** From 4 segments on, when half of the bytes are of no use. */
  static final CompactionPolicy DEFAULT = new CompactionPolicy(4, 2);

  /** Checks the bounds. */
  CompactionPolicy {
    if (leastSegments < 1 || !(factor > 1)) {
      throw new IllegalArgumentException(
          "at least one segment (is %d), a factor above 1 (is %s)"
              .formatted(leastSegments, factor));
    }
  }

  /**
   * Whether to compact, going by the tasks that there are now and the size of a task at the last
   * survey.
   *
   * @param sealed the sealed segments
   * @param last the last survey of sealed segments
   * @param tasksNow how many live and finished tasks there are
   */
  boolean mayPay(SealedTasks sealed, Survey last, long tasksNow) {
    // Without a survey that saw a task, nothing is known of their size: let a survey tell.
    double left = last.tasks() == 0 ? 0 : (double) last.bytes() / last.tasks() * tasksNow;
    return pays(sealed, left);
  }

  /** Whether to compact, by a survey of just these segments. */
  boolean pays(SealedTasks sealed, Survey survey) {
    return pays(sealed, (double) survey.bytes());
  }

  private boolean pays(SealedTasks sealed, double left) {
    return sealed.segments().size() >= leastSegments && sealed.bytes() >= factor * left;
  }
}
