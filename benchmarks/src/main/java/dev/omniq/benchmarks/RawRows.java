package dev.omniq.benchmarks;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The limit of a database: the rows that the store keeps of a task, in the store's own tables with
 * their indexes, written by plain statements on one connection, in the same batches and as durably.
 * No queue is around them: nothing is compared, counted, told, fenced, awaited or run.
 *
 * <p>A dialect says with which statements. Tasks are numbered from 1.
 */
abstract class RawRows {
  /** About as long as those of the workloads' tasks. */
  static final String ARGUMENTS = "[\"payload 12345\"]";

  private final Connection connection;

  RawRows(Connection connection) {
    this.connection = connection;
  }

  /** Stores the tasks with these numbers, as due. */
  abstract void insert(long first, long last) throws SQLException;

  /** Takes so many that are due, and reads all that a worker has to know of them. */
  abstract List<Long> claim(int count) throws SQLException;

  /** Ends those with these numbers, with a result. */
  abstract void settle(long first, long last) throws SQLException;

  /** Whatever the dialect does so that the commit of a claim waits for no sync. */
  abstract void commitUnsynced() throws SQLException;

  /** As the next tasks, in one transaction. */
  final Place.Rows storing() throws SQLException {
    connection.setAutoCommit(false);
    var last = new AtomicLong();
    return tasks -> {
      long first = last.getAndAdd(tasks) + 1;
      insert(first, last.get());
      connection.commit();
    };
  }

  final double drainedPerSecond(int batch, int records) throws Exception {
    storing().perSecond(1_000, records);
    long start = System.nanoTime();
    for (int done = 0; done < records; ) {
      List<Long> claimed = claim(batch);
      if (claimed.isEmpty()) {
        throw new IllegalStateException("nothing is due after " + done);
      }
      commitUnsynced();
      done += claimed.size();
      settle(claimed.get(0), claimed.get(claimed.size() - 1));
      connection.commit();
    }
    return records / ((System.nanoTime() - start) / 1e9);
  }

  /** One by one, on this connection and, at the same time, another. */
  final RawStarts.Steps with(RawRows other) {
    return new RawStarts.Steps() {
      @Override
      public void store(long number) throws SQLException {
        synchronized (RawRows.this) {
          insert(number, number);
          connection.commit();
        }
      }

      @Override
      public void claim(long number) throws SQLException {
        synchronized (other) {
          other.claim(1);
          other.commitUnsynced();
        }
      }

      @Override
      public void settle(long number) throws SQLException {
        synchronized (other) {
          other.settle(number, number);
          other.connection.commit();
        }
      }
    };
  }

  final Connection connection() {
    return connection;
  }

  final PreparedStatement prepare(String sql) throws SQLException {
    return connection.prepareStatement(sql);
  }

  /** An id that is larger than that of any earlier number. */
  static UUID id(long number) {
    return new UUID(0x019a_c9d2_0000_7000L + (number << 16), 0x8000_0000_0000_0000L | number);
  }

  /** The numbers in the first column; reads the others. */
  static List<Long> read(PreparedStatement query) throws SQLException {
    List<Long> numbers = new ArrayList<>();
    try (ResultSet rows = query.executeQuery()) {
      int columns = rows.getMetaData().getColumnCount();
      while (rows.next()) {
        for (int column = 2; column <= columns; column++) {
          rows.getObject(column);
        }
        numbers.add(rows.getLong(1));
      }
    }
    return numbers;
  }
}
