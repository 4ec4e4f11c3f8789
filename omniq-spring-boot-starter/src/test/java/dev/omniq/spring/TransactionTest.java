package dev.omniq.spring;

import static dev.omniq.TaskRequest.task;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.omniq.Backend;
import dev.omniq.OmniQ;
import dev.omniq.TaskContext;
import dev.omniq.TaskRequest;
import dev.omniq.task.OmniTask;
import dev.omniq.task.RetryPolicy;
import dev.omniq.task.TaskId;
import dev.omniq.task.TaskQuery;
import dev.omniq.task.TaskStatus;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.aop.support.AopUtils;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.support.TransactionSynchronizationManager;
import org.springframework.transaction.support.TransactionTemplate;

/** Tasks in the transactions of an application on PostgreSQL. */
@SpringBootTest(
    properties = {
      "omniq.schema=jobs",
      // Nothing but the notification of a commit brings a task to the worker in time.
      "omniq.worker.poll-interval=1h",
      "spring.datasource.hikari.auto-commit=false",
      "spring.sql.init.mode=always",
      "spring.sql.init.schema-locations=classpath:orders.sql"
    })
public class TransactionTest {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  @DynamicPropertySource
  static void database(DynamicPropertyRegistry properties) {
    properties.add("spring.datasource.url", Server::url);
  }

  /** The application. */
  @Configuration
  @EnableAutoConfiguration
  @Import({Orders.class, Confirmations.class})
  static class Application {
    @Bean
    OmniQSettingsCustomizer fastRetries() {
      return settings -> settings.defaultRetryPolicy(RetryPolicy.fixed(1, Duration.ZERO));
    }
  }

  /** Stores orders together with their tasks. */
  @Transactional
  public static class Orders {
    private final JdbcTemplate jdbc;
    private final TransactionalOmniQ omniq;

    Orders(JdbcTemplate jdbc, TransactionalOmniQ omniq) {
      this.jdbc = jdbc;
      this.omniq = omniq;
    }

    public TaskId place(String order) {
      jdbc.update("INSERT INTO orders (id) VALUES (?)", order);
      return omniq.enqueue(task(Confirmations.class, Confirmations::confirm, order));
    }

    public List<TaskId> placeAndFail(String order) {
      jdbc.update("INSERT INTO orders (id) VALUES (?)", order);
      omniq.enqueueAll(
          List.of(
              task(Confirmations.class, Confirmations::confirm, order),
              task(Confirmations.class, Confirmations::confirm, order)));
      throw new IllegalStateException("out of stock");
    }
  }

  /** Handles their tasks, each run in a transaction of its own. */
  @Transactional
  public static class Confirmations {
    private final JdbcTemplate jdbc;
    private final TransactionalOmniQ omniq;

    Confirmations(JdbcTemplate jdbc, TransactionalOmniQ omniq) {
      this.jdbc = jdbc;
      this.omniq = omniq;
    }

    @OmniTask
    public boolean confirm(String order) {
      jdbc.update("UPDATE orders SET confirmed = confirmed + 1 WHERE id = ?", order);
      return TransactionSynchronizationManager.isActualTransactionActive();
    }

    @OmniTask
    public void confirmAtTheSecondAttempt(String order) {
      jdbc.update("UPDATE orders SET confirmed = confirmed + 1 WHERE id = ?", order);
      if (TaskContext.current().attempt() == 1) {
        throw new IllegalStateException("no paper");
      }
    }

    @OmniTask
    public void confirmExactlyOnce(String order) {
      jdbc.update("UPDATE orders SET confirmed = confirmed + 1 WHERE id = ?", order);
      omniq.completeTask();
    }
  }

  @Autowired OmniQ omniq;
  @Autowired TransactionalOmniQ transactional;
  @Autowired Orders orders;
  @Autowired Confirmations confirmations;
  @Autowired JdbcTemplate jdbc;
  @Autowired TransactionTemplate transaction;

  @BeforeEach
  void forget() {
    write("DELETE FROM orders");
  }

  @Test
  void tasks_areInTheSchemaOfTheApplicationsDatabase() {
    TaskId id = transactional.enqueue(later("a"));
    assertThat(omniq.settings().backend()).isEqualTo(Backend.POSTGRES);
    assertThat(
            jdbc.queryForObject(
                "SELECT count(*) FROM jobs.tasks WHERE id::text = ?", Long.class, id.toString()))
        .isEqualTo(1);
    omniq.cancel(id);
  }

  @Test
  void rolledBackTransaction_leavesNoTask() {
    int before = all();
    assertThatThrownBy(() -> orders.placeAndFail("a")).hasMessage("out of stock");
    assertThat(all()).isEqualTo(before);
    assertThat(jdbc.queryForObject("SELECT count(*) FROM orders", Long.class)).isZero();
  }

  @Test
  void taskOfACommittedTransaction_runs() {
    TaskId id = orders.place("a");
    assertThat(omniq.await(id, PATIENCE)).isPresent();
    assertThat(confirmed("a")).isEqualTo(1);
  }

  @Test
  void taskOfATransactionalBean_runsInItsTransaction_underTheNameOfItsClass() {
    assertThat(AopUtils.isCglibProxy(confirmations)).isTrue();
    TaskId id = orders.place("a");
    assertThat(omniq.await(id, PATIENCE)).isPresent();
    assertThat(omniq.result(id, Boolean.class)).isTrue();
    assertThat(omniq.task(id).orElseThrow().name())
        .isEqualTo(Confirmations.class.getName() + "#confirm");
  }

  @Test
  void attemptThatFails_isRolledBack() {
    write("INSERT INTO orders (id) VALUES ('a')");
    TaskId id =
        omniq.enqueue(task(Confirmations.class, Confirmations::confirmAtTheSecondAttempt, "a"));
    assertThat(omniq.await(id, PATIENCE)).isPresent();
    assertThat(omniq.task(id).orElseThrow().attempt()).isEqualTo(2);
    assertThat(confirmed("a")).isEqualTo(1);
  }

  @Test
  void completeTask_isPartOfTheHandlersTransaction() {
    write("INSERT INTO orders (id) VALUES ('a')");
    TaskId id = omniq.enqueue(task(Confirmations.class, Confirmations::confirmExactlyOnce, "a"));
    assertThat(omniq.await(id, PATIENCE)).isPresent();
    assertThat(omniq.task(id).orElseThrow().status()).isEqualTo(TaskStatus.SUCCESS);
    assertThat(confirmed("a")).isEqualTo(1);
  }

  @Test
  void withoutATransaction_aTaskIsStoredAtOnce() {
    TaskId id = transactional.enqueue(later("a"));
    assertThat(omniq.task(id)).isPresent();
    omniq.cancel(id);
  }

  @Test
  void completeTask_outsideOfAHandler_isRefused() {
    assertThatThrownBy(transactional::completeTask).isInstanceOf(IllegalStateException.class);
  }

  private static TaskRequest later(String order) {
    return task(Confirmations.class, Confirmations::confirm, order).delay(Duration.ofHours(1));
  }

  private void write(String sql) {
    transaction.executeWithoutResult(status -> jdbc.update(sql));
  }

  private int all() {
    return omniq.tasks(TaskQuery.all().limit(1_000)).size();
  }

  private long confirmed(String order) {
    return jdbc.queryForObject("SELECT confirmed FROM orders WHERE id = ?", Long.class, order);
  }
}
