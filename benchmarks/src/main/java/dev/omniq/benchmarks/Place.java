package dev.omniq.benchmarks;

import dev.omniq.benchmarks.peers.Database;
import dev.omniq.benchmarks.peers.Peer;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** A kind of store, and what the machine can do for it with no queue around. */
interface Place extends AutoCloseable {

  /** The word for it on the command line. */
  String name();

  /** Where it may write. */
  Path directory();

  /** What is behind it and how durable it is, asked of itself where it can tell. */
  String description() throws Exception;

  /** An empty store that nobody has open. */
  Fresh fresh() throws Exception;

  /** Lets something be measured that stores tasks where nothing is stored yet. */
  double storing(Measure measure) throws Exception;

  /** What stores tasks with no queue around them. */
  interface Rows {
    /** Writes the rows of so many (or as many bytes), and returns when they are durable. */
    void store(int tasks) throws Exception;

    /** How many tasks a second are stored in batches, one after the other. */
    default double perSecond(int batch, int tasks) throws Exception {
      long start = System.nanoTime();
      for (int stored = 0; stored < tasks; stored += batch) {
        store(Math.min(batch, tasks - stored));
      }
      return tasks / ((System.nanoTime() - start) / 1e9);
    }
  }

  /** How many tasks a second something stores with that. */
  interface Measure {
    double perSecond(Rows rows) throws Exception;
  }

  /** The limit of an enqueue: each batch is durable before the next one begins. */
  default double storedPerSecond(int batch, int tasks) throws Exception {
    return storing(rows -> rows.perSecond(batch, tasks));
  }

  /**
   * The limit of a drain: tasks a second whose rows are claimed and settled in such batches, the
   * settlement on stable storage before the next claim; for files, as many bytes appended.
   */
  double drainedPerSecond(int batch, int records) throws Exception;

  /**
   * The limit of how soon a task starts: from before it is stored, with no queue around it, until
   * another thread has claimed it.
   */
  Sample starts(int runs, long pauseMillis) throws Exception;

  /** The same for tasks that another process stores; empty where that has no limit of its own. */
  default Optional<Sample> startsFromElsewhere(int runs, long pauseMillis) throws Exception {
    return Optional.empty();
  }

  /**
   * What the store's server has seen.
   *
   * @param transactions since it was started
   * @param connections of programs that are open now, beside the one that asks
   */
  record Load(long transactions, int connections) {}

  /** Does at once what a server does some minutes after many changes, in the background. */
  default void tidyUp() throws Exception {}

  /** What the server sees; zeros where there is none. */
  default Load load() throws Exception {
    return new Load(0, 0);
  }

  /** Other queues that can be compared here; the report names those that cannot. */
  List<PeerFactory> peers(Report report) throws Exception;

  @Override
  void close() throws Exception;

  /** Makes a peer in an empty database. */
  record PeerFactory(String name, Opening opening) {
    PeerHome open() throws Exception {
      return opening.open();
    }

    /** How it is made with its database. */
    interface Opening {
      PeerHome open() throws Exception;
    }

    /** How it is made in a database that is empty. */
    interface Maker {
      Peer make(Database database) throws Exception;
    }
  }

  /** A peer and what goes with it when it is closed. */
  record PeerHome(Peer peer, AutoCloseable database) implements AutoCloseable {
    @Override
    public void close() throws Exception {
      peer.close();
      database.close();
    }
  }

  /** About what a task of these workloads takes. */
  int RECORD_BYTES = 256;

  /** A store that goes when it is closed. */
  interface Fresh extends AutoCloseable {
    /** To open it with. */
    String url();

    @Override
    void close() throws Exception;
  }
}
