package dev.omniq.task;

/**
 * Proof of a claim, unique for ever: the incarnation of the worker that drew it and a sequence of
 * its own. A store compares tokens and never derives one from a row.
 *
 * @param worker a name that no other start of any worker shares
 * @param sequence ascends with every claim of that incarnation
 */
public record ClaimToken(String worker, long sequence) {

  /** The token {@code n} places after this one in the same incarnation's sequence. */
  public ClaimToken plus(long n) {
    return new ClaimToken(worker, sequence + n);
  }

  @Override
  public String toString() {
    return worker + "/" + sequence;
  }
}
