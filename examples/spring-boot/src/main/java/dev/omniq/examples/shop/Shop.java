package dev.omniq.examples.shop;

import org.springframework.boot.ApplicationRunner;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.annotation.Bean;

/** Places an order for each argument, and confirms what is ordered until it is stopped. */
@SpringBootApplication
public class Shop {

  /** Starts the shop. */
  public static void main(String[] args) {
    SpringApplication.run(Shop.class, args);
  }

  @Bean
  ApplicationRunner customers(Orders orders) {
    return arguments -> arguments.getNonOptionArgs().forEach(orders::place);
  }
}
