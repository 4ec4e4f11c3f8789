package dev.omniq.storage.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.omniq.task.StorageException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MigrationsTest {
  @TempDir Path directory;

  private final Migrations.Schema schema = new UserVersion();

  /** SQLite keeps a number for this in the file itself. */
  private static class UserVersion implements Migrations.Schema {
    @Override
    public void lock(Connection connection) throws SQLException {
      run(connection, "CREATE TABLE IF NOT EXISTS migration_lock (held)");
    }

    @Override
    public int version(Connection connection) throws SQLException {
      try (Statement statement = connection.createStatement();
          ResultSet row = statement.executeQuery("PRAGMA user_version")) {
        row.next();
        return row.getInt(1);
      }
    }

    @Override
    public void run(Connection connection, String script) throws SQLException {
      try (Statement statement = connection.createStatement()) {
        statement.executeUpdate(script);
      }
    }

    @Override
    public void setVersion(Connection connection, int version) throws SQLException {
      run(connection, "PRAGMA user_version = " + version);
    }
  }

  @Test
  void migrate_bringsAnEmptyDatabaseToTheNewestVersion() throws SQLException {
    migrate(2);

    assertThat(tables()).contains("first", "second");
    assertThat(version()).isEqualTo(2);
  }

  @Test
  void migrate_goesOnFromTheVersionThatIsThere() throws SQLException {
    migrate(1);
    assertThat(tables()).contains("first").doesNotContain("second");

    migrate(2);

    assertThat(tables()).contains("first", "second");
  }

  @Test
  void migrate_again_doesNothing() throws SQLException {
    migrate(2);

    migrate(2);

    assertThat(version()).isEqualTo(2);
  }

  @Test
  void migrate_ofANewerSchema_isRefusedInWords() throws SQLException {
    migrate(2);

    assertThatThrownBy(() -> migrate(1))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("version 2")
        .hasMessageContaining("knows up to 1")
        .hasMessageContaining("newer library");
  }

  @Test
  void migrate_thatFails_leavesWhatWasThere() throws SQLException {
    migrate(1);

    assertThatThrownBy(() -> migrate(3)).isInstanceOf(SQLException.class);

    assertThat(version()).isEqualTo(1);
    assertThat(tables()).doesNotContain("second");
  }

  @Test
  void migrate_whoseConnectionIsLost_tellsHowItWasLost() throws SQLException {
    var lost = new SQLException("no answer");
    Migrations.Schema losing =
        new UserVersion() {
          @Override
          public void run(Connection connection, String script) throws SQLException {
            connection.close();
            throw lost;
          }
        };

    try (Connection connection = open()) {
      assertThatThrownBy(() -> migrations(2).migrate(connection, losing)).isSameAs(lost);
    }
    assertThat(lost.getSuppressed()).hasOnlyElementsOfType(SQLException.class).isNotEmpty();
  }

  @Test
  void migrate_byTenAtOnce_isDoneOnce() throws SQLException {
    List<CompletableFuture<Void>> all =
        IntStream.range(0, 10)
            .mapToObj(
                n ->
                    CompletableFuture.runAsync(
                        () -> {
                          try {
                            migrate(2);
                          } catch (SQLException e) {
                            throw new IllegalStateException(e);
                          }
                        }))
            .toList();

    all.forEach(CompletableFuture::join);

    assertThat(version()).isEqualTo(2);
  }

  @Test
  void requireNewest_namesWhatIsThereAndWhatIsNeeded() {
    assertThatThrownBy(() -> migrations(2).requireNewest(1))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("version 1")
        .hasMessageContaining("needs 2");
  }

  @Test
  void script_isGivenToThoseWhoRunItThemselves() {
    assertThat(migrations(2).script(2)).contains("CREATE TABLE second");
    assertThat(migrations(2).newest()).isEqualTo(2);
  }

  private void migrate(int versions) throws SQLException {
    try (Connection connection = open()) {
      migrations(versions).migrate(connection, schema);
    }
  }

  private static Migrations migrations(int versions) {
    return Migrations.load(
        MigrationsTest.class, versions, script -> script.replace("{second}", "second"));
  }

  private Connection open() throws SQLException {
    return DriverManager.getConnection(
        "jdbc:sqlite:"
            + directory.resolve("db")
            + "?transaction_mode=IMMEDIATE&busy_timeout=30000");
  }

  private int version() throws SQLException {
    try (Connection connection = open()) {
      return schema.version(connection);
    }
  }

  private List<String> tables() throws SQLException {
    try (Connection connection = open();
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery("SELECT group_concat(name) FROM sqlite_master")) {
      rows.next();
      return List.of(String.valueOf(rows.getString(1)).split(","));
    }
  }
}
