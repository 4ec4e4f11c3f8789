package dev.omniq.benchmarks.peers;

import java.time.Instant;

/** Another queue in a database of its own. Its tasks do nothing but tell that they run. */
public interface Peer extends AutoCloseable {
  /**
   * How many tasks a drain may run at once. Of 64, 256 and 512, both ours and db-scheduler on
   * PostgreSQL are fastest with this: tasks that do nothing need many for large batches.
   */
  int HANDLERS = 256;

  /** Its name, its version and the settings that matter. */
  String description();

  /** How many tasks it can store at once and run within a few seconds. */
  int size();

  /** Stores one task that is due then; returns when it is on stable storage. From any thread. */
  void enqueue(int number, Instant due);

  /** Stores many that are due now, as well as it can. */
  void enqueueAll(int first, int count);

  /** Begins to run tasks as they fall due. */
  void start(Runs runs) throws Exception;

  /** How many tasks have not finished, by what the database says. */
  long unfinished() throws Exception;

  @Override
  void close() throws Exception;
}
