package dev.omniq.storage.jdbc;

/** What a failed statement says of its transaction. */
public enum Trouble {
  /** Two transactions were in each other's way, and this one gave way: to be tried again. */
  CONFLICT,
  /**
   * The connection is gone. Nothing was changed if that came before the commit; of the commit
   * itself nothing can be said.
   */
  CONNECTION_LOST,
  /** A commit failed of which nothing can be said, although the connection is there. */
  UNKNOWN,
  /** The statement or the commit was refused: nothing was changed. */
  REFUSED
}
