package dev.omniq.benchmarks;

/** A kind of store, and what the machine can do for it with no queue around. */
interface Place extends AutoCloseable {

  /** The word for it on the command line. */
  String name();

  /** What is behind it and how durable it is, asked of itself where it can tell. */
  String description() throws Exception;

  /** An empty store that nobody has open. */
  Fresh fresh() throws Exception;

  /**
   * The limit of an enqueue: rows (or records of {@value #RECORD_BYTES} bytes) a second, when each
   * batch is on stable storage before the next one begins.
   */
  double storedPerSecond(int batch, int records) throws Exception;

  /**
   * The limit of a drain: rows a second of a table that are claimed and then settled in bulk,
   * {@value #DRAIN_BATCH} at a time, each step on stable storage; for files, as many bytes
   * appended.
   */
  double drainedPerSecond(int records) throws Exception;

  @Override
  void close() throws Exception;

  /** About what a task of these workloads takes. */
  int RECORD_BYTES = 256;

  /** How many rows a drain's limit claims and settles at a time. */
  int DRAIN_BATCH = 500;

  /** A store that goes when it is closed. */
  interface Fresh extends AutoCloseable {
    /** To open it with. */
    String url();

    @Override
    void close() throws Exception;
  }
}
