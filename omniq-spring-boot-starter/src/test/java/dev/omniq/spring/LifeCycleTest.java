package dev.omniq.spring;

import static dev.omniq.TaskRequest.task;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.omniq.OmniQ;
import dev.omniq.storage.postgres.PostgresStore;
import dev.omniq.task.OmniQException;
import dev.omniq.task.OmniTask;
import dev.omniq.task.TaskQuery;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.init.ScriptUtils;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.support.TransactionTemplate;

/** How applications on both databases start and stop, and what their transactions hold. */
public class LifeCycleTest {
  @TempDir Path directory;

  /** The application. */
  @Configuration
  @EnableAutoConfiguration
  static class Application {}

  /** A bean whose task writes when it has been told to. */
  public static class Slow {
    static CountDownLatch started;
    static CountDownLatch goOn;

    private final JdbcTemplate jdbc;

    Slow(JdbcTemplate jdbc) {
      this.jdbc = jdbc;
    }

    @OmniTask
    public void write() throws InterruptedException {
      started.countDown();
      goOn.await();
      jdbc.update("INSERT INTO written (id) VALUES (1)");
    }
  }

  /** A bean with an interface that does not tell of its task. */
  public static class Stamps implements Runnable {
    @Override
    public void run() {}

    @OmniTask
    @Transactional
    public void stamp() {}
  }

  @Test
  void runningHandler_finishesBeforeTheDataSourceCloses_onPostgres() throws Exception {
    handlerFinishes(Server.url());
  }

  @Test
  void runningHandler_finishesBeforeTheDataSourceCloses_onSqlite() throws Exception {
    handlerFinishes("jdbc:sqlite:" + directory.resolve("app.db"));
  }

  @Test
  void runningHandler_finishesBeforeTheDataSourceCloses_whichConnectsLazily() throws Exception {
    handlerFinishes(Server.url(), "spring.datasource.connection-fetch=lazy");
  }

  private static void handlerFinishes(String url, String... properties) throws Exception {
    Slow.started = new CountDownLatch(1);
    Slow.goOn = new CountDownLatch(1);
    ConfigurableApplicationContext context = start(url, properties);
    context.getBean(JdbcTemplate.class).execute("DROP TABLE IF EXISTS written");
    context.getBean(JdbcTemplate.class).execute("CREATE TABLE written (id INT)");
    context.getBean(OmniQ.class).enqueue(task(Slow.class, Slow::write));
    Slow.started.await();

    Thread closing = new Thread(context::close);
    closing.start();
    Thread.State waiting = closing.getState();
    while (waiting != Thread.State.TIMED_WAITING && waiting != Thread.State.WAITING) {
      Thread.onSpinWait();
      waiting = closing.getState();
    }
    Slow.goOn.countDown();
    closing.join();

    assertThat(ask(url, "SELECT count(*) FROM written")).isEqualTo("1");
    try (ConfigurableApplicationContext again = start(url, "omniq.worker.enabled=false")) {
      assertThat(again.getBean(OmniQ.class).tasks(TaskQuery.all()))
          .allSatisfy(each -> assertThat(each.status().isFinished()).isTrue());
    }
  }

  @Test
  void transactionOnSqlite_holdsItsTasks() {
    try (ConfigurableApplicationContext context =
        start("jdbc:sqlite:" + directory.resolve("app.db"), "omniq.worker.enabled=false")) {
      OmniQ omniq = context.getBean(OmniQ.class);
      TransactionalOmniQ transactional = context.getBean(TransactionalOmniQ.class);
      var transaction = new TransactionTemplate(context.getBean(PlatformTransactionManager.class));

      transaction.executeWithoutResult(
          status -> {
            transactional.enqueue(task(Slow.class, Slow::write));
            status.setRollbackOnly();
          });
      assertThat(omniq.tasks(TaskQuery.all())).isEmpty();

      transaction.executeWithoutResult(
          status -> transactional.enqueue(task(Slow.class, Slow::write)));
      assertThat(omniq.tasks(TaskQuery.all())).hasSize(1);
    }
  }

  @Test
  void transactionThatTheQueueCannotBePartOf_refusesTasks() {
    try (ConfigurableApplicationContext context =
        start(
            "jdbc:sqlite:" + directory.resolve("app.db"),
            "omniq.url=memory:",
            "omniq.worker.enabled=false")) {
      OmniQ omniq = context.getBean(OmniQ.class);
      TransactionalOmniQ transactional = context.getBean(TransactionalOmniQ.class);
      TransactionalOmniQ onAnother =
          new TransactionalOmniQ(omniq, Stubs.databaseNamed("PostgreSQL"));
      var transaction = new TransactionTemplate(context.getBean(PlatformTransactionManager.class));

      transaction.executeWithoutResult(
          status -> {
            assertThatThrownBy(() -> transactional.enqueue(task(Slow.class, Slow::write)))
                .isInstanceOf(OmniQException.class)
                .hasMessageContaining("not on the database that the queue is in");
            assertThatThrownBy(() -> onAnother.enqueue(task(Slow.class, Slow::write)))
                .isInstanceOf(OmniQException.class);
          });
      assertThat(omniq.tasks(TaskQuery.all())).isEmpty();

      transactional.enqueue(task(Slow.class, Slow::write));
      assertThat(omniq.tasks(TaskQuery.all())).hasSize(1);
    }
  }

  @Test
  void tablesThatAreNotMigrated_endTheStart() {
    assertThatThrownBy(() -> start(Server.url(), "omniq.schema=nowhere", "omniq.migrate=false"))
        .rootCause()
        .hasMessageContaining("run its migrations");
  }

  @Test
  void tablesThatTheApplicationCreates_areThereBeforeTheQueueIsOpened() throws IOException {
    List<String> scripts = new ArrayList<>();
    for (String script : PostgresStore.migrations("of_the_application")) {
      Path file = directory.resolve("V" + (scripts.size() + 1) + ".sql");
      Files.writeString(file, script);
      scripts.add("file:" + file);
    }
    try (ConfigurableApplicationContext context =
        start(
            Server.url(),
            "omniq.schema=of_the_application",
            "omniq.migrate=false",
            "spring.sql.init.mode=always",
            "spring.sql.init.schema-locations=" + String.join(",", scripts),
            "spring.sql.init.separator=" + ScriptUtils.EOF_STATEMENT_SEPARATOR)) {
      assertThat(context.getBean(OmniQ.class).tasks(TaskQuery.all())).isEmpty();
    }
  }

  @Test
  void beanThatIsSeenThroughItsInterfacesOnly_isRefused() {
    assertThatThrownBy(
            () ->
                start(
                    Stamps.class,
                    "jdbc:sqlite:" + directory.resolve("app.db"),
                    "spring.aop.proxy-target-class=false"))
        .rootCause()
        .hasMessageContaining("is a proxy that has only its interfaces")
        .hasMessageContaining("spring.aop.proxy-target-class=true");
  }

  @Test
  void urlOfPostgres_takesTheSchemaOfTheProperties() {
    try (ConfigurableApplicationContext context =
        start(
            "jdbc:sqlite:" + directory.resolve("app.db"),
            "omniq.url=" + Server.url(),
            "omniq.schema=of my own")) {
      assertThat(context.getBean(OmniQ.class).settings().dbUrl().orElseThrow())
          .endsWith("omniq.schema=of+my+own");
    }
  }

  private static ConfigurableApplicationContext start(String url, String... properties) {
    return start(Slow.class, url, properties);
  }

  private static ConfigurableApplicationContext start(
      Class<?> bean, String url, String... properties) {
    return new SpringApplicationBuilder(Application.class, bean)
        .web(WebApplicationType.NONE)
        .properties("spring.datasource.url=" + url)
        .properties(properties)
        .run();
  }

  private static String ask(String url, String sql) throws SQLException {
    try (Connection connection = DriverManager.getConnection(url);
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      return row.next() ? row.getString(1) : "";
    }
  }
}
