package dev.omniq.benchmarks;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import org.postgresql.PGConnection;
import org.postgresql.PGNotification;

/**
 * The limit of how soon a task starts that another process has stored in PostgreSQL: that process
 * stores rows of tasks, one after the other, and tells of each by {@code NOTIFY} in the same
 * transaction; this one hears it, claims the row and settles it. Nothing else is between them.
 */
final class RawStartsElsewhere {
  private static final int WARM_UP = LatencyWorkload.WARM_UP;
  private static final String CHANNEL = "limit";
  private static final int PATIENCE_MILLIS = 60_000;

  private RawStartsElsewhere() {}

  /** From before each task was stored until it is claimed, in milliseconds. */
  static Sample measure(String url, String schema, int runs, long pauseMillis) throws Exception {
    try (Connection ear = DriverManager.getConnection(url);
        Connection working = DriverManager.getConnection(url)) {
      try (Statement statement = ear.createStatement()) {
        statement.execute("LISTEN \"" + CHANNEL + "\"");
      }
      var rows = new PostgresRows(working, schema);
      working.setAutoCommit(false);
      Process process =
          JavaProcess.start(RawStartsElsewhere.class, url, schema, "" + runs, "" + pauseMillis);
      double[] waits = hear(ear.unwrap(PGConnection.class), rows, runs);
      if (process.waitFor() != 0) {
        throw new IllegalStateException("the other process ended with " + process.exitValue());
      }
      return Sample.of(waits);
    }
  }

  private static double[] hear(PGConnection ear, PostgresRows rows, int runs) throws SQLException {
    double[] waits = new double[runs];
    for (int number = 1; number <= WARM_UP + runs; ) {
      PGNotification[] heard = ear.getNotifications(PATIENCE_MILLIS);
      if (heard == null || heard.length == 0) {
        throw new IllegalStateException("nothing is heard of task " + number);
      }
      for (PGNotification each : heard) {
        rows.claim(1);
        rows.commitUnsynced();
        if (number > WARM_UP) {
          waits[number - WARM_UP - 1] =
              (Handlers.micros(Instant.now()) - Long.parseLong(each.getParameter())) / 1e3;
        }
        rows.settle(number, number);
        rows.connection().commit();
        number++;
      }
    }
    return waits;
  }

  /** The other process. */
  public static void main(String[] args) throws SQLException, InterruptedException {
    int runs = Integer.parseInt(args[2]);
    long pauseMillis = Long.parseLong(args[3]);
    try (Connection connection = DriverManager.getConnection(args[0]);
        PreparedStatement tell = connection.prepareStatement("SELECT pg_notify(?, ?)")) {
      var rows = new PostgresRows(connection, args[1]);
      connection.setAutoCommit(false);
      for (int number = 1; number <= WARM_UP + runs; number++) {
        long began = Handlers.micros(Instant.now());
        rows.insert(number, number);
        tell.setString(1, CHANNEL);
        tell.setString(2, Long.toString(began));
        tell.executeQuery().close();
        connection.commit();
        if (number == WARM_UP) {
          awaitSettled(connection);
        }
        Thread.sleep(number < WARM_UP ? 0 : pauseMillis);
      }
    }
  }

  private static void awaitSettled(Connection connection)
      throws SQLException, InterruptedException {
    try (PreparedStatement left =
        connection.prepareStatement("SELECT count(*) FROM task WHERE status = 'PENDING'")) {
      while (RawRows.read(left).get(0) > 0) {
        connection.commit();
        Thread.sleep(100);
      }
    }
  }
}
