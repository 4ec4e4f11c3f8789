package dev.omniq.spring;

import static dev.omniq.TaskRequest.task;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.omniq.OmniQ;
import dev.omniq.task.OmniTask;
import dev.omniq.task.TaskId;
import dev.omniq.task.TaskQuery;
import dev.omniq.task.TaskStatus;
import jakarta.persistence.Entity;
import jakarta.persistence.EntityManager;
import jakarta.persistence.EntityManagerFactory;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Duration;
import java.util.Map;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.orm.jpa.JpaTransactionManager;
import org.springframework.orm.jpa.LocalContainerEntityManagerFactoryBean;
import org.springframework.orm.jpa.SharedEntityManagerCreator;
import org.springframework.orm.jpa.persistenceunit.PersistenceManagedTypes;
import org.springframework.orm.jpa.vendor.HibernateJpaVendorAdapter;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.annotation.Transactional;

/** Tasks in the transactions of JPA, on PostgreSQL. */
@SpringBootTest(properties = "omniq.schema=jobs_of_jpa")
public class JpaTransactionTest {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  @DynamicPropertySource
  static void database(DynamicPropertyRegistry properties) {
    properties.add("spring.datasource.url", Server::url);
  }

  /** What is stored. */
  @Entity
  @Table(name = "jpa_purchase")
  public static class Purchase {
    @Id private String id = "";
    private int confirmed;

    protected Purchase() {}

    Purchase(String id) {
      this.id = id;
    }
  }

  /** The application, as Spring Boot's JPA would configure it. */
  @Configuration
  @EnableAutoConfiguration
  @Import(Purchases.class)
  static class Application {
    @Bean
    LocalContainerEntityManagerFactoryBean entityManagerFactory(DataSource dataSource) {
      var factory = new LocalContainerEntityManagerFactoryBean();
      factory.setDataSource(dataSource);
      factory.setManagedTypes(PersistenceManagedTypes.of(Purchase.class.getName()));
      factory.setJpaVendorAdapter(new HibernateJpaVendorAdapter());
      factory.setJpaPropertyMap(Map.of("hibernate.hbm2ddl.auto", "create-drop"));
      return factory;
    }

    @Bean
    PlatformTransactionManager transactionManager(EntityManagerFactory factory) {
      return new JpaTransactionManager(factory);
    }
  }

  /** Stores purchases together with their tasks, and handles these. */
  @Transactional
  public static class Purchases {
    private final EntityManager entities;
    private final TransactionalOmniQ omniq;

    Purchases(EntityManagerFactory factory, TransactionalOmniQ omniq) {
      entities = SharedEntityManagerCreator.createSharedEntityManager(factory);
      this.omniq = omniq;
    }

    public TaskId place(String id) {
      entities.persist(new Purchase(id));
      return omniq.enqueue(task(Purchases.class, Purchases::confirm, id));
    }

    public void placeAndFail(String id) {
      place(id);
      throw new IllegalStateException("out of stock");
    }

    @OmniTask
    public void confirm(String id) {
      entities.find(Purchase.class, id).confirmed++;
      omniq.completeTask();
    }

    @Transactional(readOnly = true)
    public int confirmed(String id) {
      Purchase found = entities.find(Purchase.class, id);
      return found == null ? -1 : found.confirmed;
    }
  }

  @Autowired private Purchases purchases;
  @Autowired private OmniQ omniq;

  @Test
  void commit_ofJpa_bringsTheTask_whichIsCompletedInATransactionOfJpa() {
    TaskId id = purchases.place("p-1");

    assertThat(omniq.await(id, PATIENCE).orElseThrow().status()).isEqualTo(TaskStatus.SUCCESS);
    assertThat(purchases.confirmed("p-1")).isEqualTo(1);
  }

  @Test
  void rollback_ofJpa_leavesNeitherTheEntityNorTheTask() {
    assertThatThrownBy(() -> purchases.placeAndFail("p-2")).hasMessage("out of stock");

    assertThat(purchases.confirmed("p-2")).isEqualTo(-1);
    assertThat(omniq.tasks(TaskQuery.all())).noneMatch(task -> task.arguments().contains("p-2"));
  }
}
