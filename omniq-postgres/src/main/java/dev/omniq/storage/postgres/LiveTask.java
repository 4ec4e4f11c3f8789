package dev.omniq.storage.postgres;

/**
 * The live task beside which another one must not be: at most one of a queue holds a key, and at
 * most one carries a series. For many, this is a scalar SELECT for each of them and never a join:
 * with statistics of a time when few tasks waited, the planner would begin a join with all that do.
 * With a limit, for a user's transaction that reads repeatably sees its own beside one that has
 * ended meanwhile.
 */
final class LiveTask {
  private LiveTask() {}

  /** A SELECT of the id of the one that holds a key. */
  static String holding(String queue, String key) {
    return """
        SELECT h.id FROM {schema}.task h
        WHERE h.queue = %s AND h.unique_key = %s AND h.status = 'PENDING' LIMIT 1"""
        .formatted(queue, key);
  }

  /** A SELECT of the id of the one that carries a series. */
  static String carrying(String series) {
    return """
        SELECT c.id FROM {schema}.task c
        WHERE c.series_id = %s AND c.status = 'PENDING' AND c.recurring AND NOT c.detached
        LIMIT 1"""
        .formatted(series);
  }
}
