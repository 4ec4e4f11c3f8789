package dev.omniq.examples.shop;

import static dev.omniq.TaskRequest.task;

import dev.omniq.spring.TransactionalOmniQ;
import dev.omniq.task.OmniTask;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** Stores orders, and confirms them later. */
@Service
public class Orders {
  private static final Logger LOG = LoggerFactory.getLogger(Orders.class);

  private final JdbcClient database;
  private final TransactionalOmniQ omniq;

  /** Made by Spring. */
  public Orders(JdbcClient database, TransactionalOmniQ omniq) {
    this.database = database;
    this.omniq = omniq;
  }

  /** Stores an order and the task of its confirmation, both or neither. */
  @Transactional
  public void place(String item) {
    String order = UUID.randomUUID().toString();
    database
        .sql("INSERT INTO orders (id, item, status) VALUES (?, ?, 'NEW')")
        .params(order, item)
        .update();
    omniq.enqueue(task(Orders.class, Orders::confirm, order));
    if (item.isBlank()) {
      throw new IllegalArgumentException("an order of nothing"); // leaves neither
    }
    LOG.info("Placed an order of {}", item);
  }

  /** Confirms an order, exactly once: the task is completed by the transaction that does it. */
  @OmniTask
  @Transactional
  public void confirm(String order) {
    database.sql("UPDATE orders SET status = 'CONFIRMED' WHERE id = ?").param(order).update();
    omniq.completeTask();
    LOG.info("Confirmed order {}", order);
  }
}
