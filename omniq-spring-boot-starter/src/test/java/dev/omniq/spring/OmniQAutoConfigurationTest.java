package dev.omniq.spring;

import static dev.omniq.TaskRequest.task;
import static org.assertj.core.api.Assertions.assertThat;

import dev.omniq.Backend;
import dev.omniq.OmniQ;
import dev.omniq.storage.postgres.PostgresStore;
import dev.omniq.task.OmniTask;
import dev.omniq.task.RetryPolicy;
import dev.omniq.task.TaskId;
import dev.omniq.task.TaskInterceptor;
import dev.omniq.task.TaskListener;
import dev.omniq.task.TaskSpec;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.beans.factory.NoUniqueBeanDefinitionException;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.sqlite.SQLiteDataSource;

/** Where the queue is, and what has a say in it. */
public class OmniQAutoConfigurationTest {
  private final ApplicationContextRunner application =
      new ApplicationContextRunner()
          .withConfiguration(
              AutoConfigurations.of(
                  OmniQAutoConfiguration.class, OmniQHealthAutoConfiguration.class));

  @TempDir Path directory;

  @OmniTask
  public static void nothing() {}

  @Test
  void queue_isInADirectory_ifThereIsNoDataSource() {
    application
        .withBean(
            OmniQSettingsCustomizer.class,
            () -> settings -> settings.baseDir(directory.resolve("a")))
        .run(
            context -> {
              assertThat(context.getBean(OmniQ.class).settings().backend()).isEqualTo(Backend.FILE);
              assertThat(directory.resolve("a")).isNotEmptyDirectory();
            });
  }

  @Test
  void queue_isAtTheUrl_alsoIfThereIsADataSource() {
    application
        .withBean(DataSource.class, () -> Stubs.databaseNamed("PostgreSQL"))
        .withPropertyValues("omniq.url=file:" + directory)
        .run(
            context -> {
              var settings = context.getBean(OmniQ.class).settings();
              assertThat(settings.backend()).isEqualTo(Backend.FILE);
              assertThat(settings.baseDir()).isEqualTo(directory);
            });
  }

  @Test
  void queue_isInTheFileOfAnSqliteDataSource() {
    SQLiteDataSource database = sqlite("jdbc:sqlite:file:" + directory.resolve("app.db"));
    application
        .withBean(DataSource.class, () -> database)
        .run(
            context -> {
              OmniQ omniq = context.getBean(OmniQ.class);
              assertThat(omniq.settings().backend()).isEqualTo(Backend.SQLITE);
              omniq.enqueue(task(OmniQAutoConfigurationTest::nothing));
              try (Connection connection = database.getConnection();
                  Statement statement = connection.createStatement();
                  ResultSet row = statement.executeQuery("SELECT count(*) FROM omniq_tasks")) {
                assertThat(row.getInt(1)).isEqualTo(1);
              }
            });
  }

  @Test
  void sqliteInMemory_isRefused() {
    application
        .withBean(DataSource.class, () -> sqlite("jdbc:sqlite::memory:"))
        .run(
            context ->
                assertThat(context)
                    .getFailure()
                    .rootCause()
                    .hasMessageContaining("SQLite in memory")
                    .hasMessageContaining("omniq.url=memory:"));
  }

  @Test
  void databaseWithoutAStore_isRefused() {
    application
        .withBean(DataSource.class, () -> Stubs.databaseNamed("H2"))
        .run(
            context ->
                assertThat(context)
                    .getFailure()
                    .rootCause()
                    .hasMessageContaining("the DataSource leads to H2, which cannot hold tasks")
                    .hasMessageContaining("omniq.url"));
  }

  @Test
  void moduleOfTheDatabase_isNamedIfItIsMissing() {
    application
        .withClassLoader(new FilteredClassLoader(PostgresStore.class))
        .withBean(DataSource.class, () -> Stubs.databaseNamed("PostgreSQL"))
        .run(
            context ->
                assertThat(context)
                    .getFailure()
                    .rootCause()
                    .hasMessageContaining("add the dependency dev.omniq:omniq-postgres"));
  }

  @Test
  void severalDataSources_areRefused_unlessOneIsPrimary() {
    ApplicationContextRunner two =
        application.withBean("b", DataSource.class, () -> Stubs.databaseNamed("H2"));
    two.withBean("a", DataSource.class, () -> sqlite("jdbc:sqlite:" + directory.resolve("a.db")))
        .run(
            context ->
                assertThat(context)
                    .getFailure()
                    .rootCause()
                    .isInstanceOf(NoUniqueBeanDefinitionException.class));
    two.withBean(
            "a",
            DataSource.class,
            () -> sqlite("jdbc:sqlite:" + directory.resolve("a.db")),
            definition -> definition.setPrimary(true))
        .run(context -> assertThat(context).hasSingleBean(OmniQ.class));
  }

  @Test
  void schema_isRefused_whereThereAreNone() {
    application
        .withPropertyValues("omniq.url=memory:", "omniq.schema=jobs")
        .run(
            context ->
                assertThat(context)
                    .getFailure()
                    .rootCause()
                    .hasMessageContaining("omniq.schema")
                    .hasMessageContaining("It is for PostgreSQL")
                    .hasMessageContaining("memory:"));
  }

  @Test
  void queueOfTheApplication_takesThePlaceOfThisOne() {
    OmniQ own = OmniQ.open("memory:");
    application
        .withBean(OmniQ.class, () -> own)
        .run(
            context -> {
              assertThat(context.getBean(OmniQ.class)).isSameAs(own);
              assertThat(context).hasSingleBean(TransactionalOmniQ.class);
              assertThat(context).hasSingleBean(OmniQHealthIndicator.class);
            });
  }

  @Test
  void properties_areTheDefaultsOfTasks() {
    application
        .withPropertyValues(
            "omniq.url=memory:",
            "omniq.default-max-retries=7",
            "omniq.default-timeout=5",
            "omniq.result-ttl=10m")
        .run(
            context -> {
              var settings = context.getBean(OmniQ.class).settings();
              assertThat(settings.defaultRetryPolicy())
                  .isEqualTo(RetryPolicy.defaults().maxRetries(7));
              assertThat(settings.defaultTimeout()).contains(Duration.ofSeconds(5));
              assertThat(settings.retention().success()).isEqualTo(Duration.ofMinutes(10));
            });
  }

  @Test
  void defaultTimeoutOfZero_isNone() {
    application
        .withPropertyValues("omniq.url=memory:", "omniq.default-timeout=0")
        .run(
            context ->
                assertThat(context.getBean(OmniQ.class).settings().defaultTimeout()).isEmpty());
  }

  @Test
  void customizers_haveTheLastWord() {
    application
        .withPropertyValues("omniq.url=memory:", "omniq.default-max-retries=7")
        .withBean(OmniQSettingsCustomizer.class, () -> settings -> settings.defaultMaxRetries(1))
        .run(
            context ->
                assertThat(
                        context.getBean(OmniQ.class).settings().defaultRetryPolicy().maxRetries())
                    .isEqualTo(1));
  }

  @Test
  void listenersAndInterceptors_areBeans() {
    List<TaskListener.Kind> heard = new CopyOnWriteArrayList<>();
    application
        .withPropertyValues("omniq.url=memory:")
        .withBean(TaskListener.class, () -> transition -> heard.add(transition.kind()))
        .withBean(TaskInterceptor.class, Tenant::new)
        .run(
            context -> {
              OmniQ omniq = context.getBean(OmniQ.class);
              TaskId id = omniq.enqueue(task(OmniQAutoConfigurationTest::nothing));
              assertThat(heard).containsExactly(TaskListener.Kind.ENQUEUED);
              assertThat(omniq.task(id).orElseThrow().labels()).containsEntry("tenant", "acme");
            });
  }

  @Test
  void badValues_endTheStart_andSayWhatIsAllowed() {
    refused("omniq.url=redis://x", "unknown store 'redis://x'");
    refused("omniq.default-max-retries=-1", "maxRetries must not be negative, but is -1");
    refused("omniq.default-timeout=-1s", "default timeout must be positive");
    refused("omniq.result-ttl=-1s", "retention must not be negative");
    refused("omniq.worker.concurrency=0", "concurrency must be between 1 and 100000, but is 0");
    refused("omniq.worker.queues.mail=0", "concurrency of mail must be between 1 and 100000");
    refused("omniq.worker.poll-interval=0", "pollInterval must be between PT0.001S and PT1H");
    refused("omniq.worker.lease=30", "lease must be between PT0.1S and PT24H, but is PT0.03S");
    refused("omniq.worker.shutdown-timeout=-1s", "shutdownTimeout must be between");
  }

  private void refused(String property, String reason) {
    application
        .withPropertyValues("omniq.url=memory:", property)
        .run(context -> assertThat(context).getFailure().rootCause().hasMessageContaining(reason));
  }

  private static SQLiteDataSource sqlite(String url) {
    var dataSource = new SQLiteDataSource();
    dataSource.setUrl(url);
    return dataSource;
  }

  /** Labels what is enqueued. */
  private static final class Tenant implements TaskInterceptor {
    @Override
    public Map<String, String> labels(TaskSpec task) {
      return Map.of("tenant", "acme");
    }
  }
}
