package dev.omniq.examples.shop;

import static org.assertj.core.api.Assertions.assertThat;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.BufferedReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The shop as a process, on either database. */
class ShopTest {
  @TempDir Path directory;

  @Test
  void shop_confirmsItsOrders_onSqlite() throws Exception {
    confirmsItsOrders(
        "jdbc:sqlite:" + directory.resolve("shop.db") + "?transaction_mode=IMMEDIATE");
  }

  @Test
  void shop_confirmsItsOrders_onPostgres() throws Exception {
    try (EmbeddedPostgres server = EmbeddedPostgres.start()) {
      confirmsItsOrders(server.getJdbcUrl("postgres", "postgres"));
    }
  }

  private static void confirmsItsOrders(String url) throws Exception {
    Process shop =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Shop.class.getName(),
                "--spring.datasource.url=" + url,
                "tea",
                "coffee")
            .redirectErrorStream(true)
            .start();
    List<String> printed = new ArrayList<>();
    try (BufferedReader lines = shop.inputReader(StandardCharsets.UTF_8)) {
      for (int confirmed = 0; confirmed < 2; ) {
        String line = lines.readLine();
        assertThat(line).as(() -> String.join("\n", printed)).isNotNull();
        printed.add(line);
        confirmed += line.contains("Confirmed order") ? 1 : 0;
      }
      shop.toHandle().destroy(); // which leaves its output open
      lines.lines().forEach(printed::add);
    }
    shop.waitFor();

    assertThat(String.join("\n", printed)).doesNotContain(" ERROR ", " WARN ");
    try (Connection connection = DriverManager.getConnection(url);
        Statement statement = connection.createStatement();
        ResultSet row =
            statement.executeQuery("SELECT count(*) FROM orders WHERE status = 'CONFIRMED'")) {
      assertThat(row.next()).isTrue();
      assertThat(row.getInt(1)).isEqualTo(2);
    }
  }
}
