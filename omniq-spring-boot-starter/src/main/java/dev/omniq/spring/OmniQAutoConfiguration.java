package dev.omniq.spring;

import dev.omniq.OmniQ;
import dev.omniq.task.TaskInterceptor;
import dev.omniq.task.TaskListener;
import javax.sql.DataSource;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.sql.init.dependency.DependsOnDatabaseInitialization;
import org.springframework.context.annotation.Bean;

/**
 * A queue in the application's database or at {@code omniq.url}, a worker that runs the marked
 * methods of its beans, and tasks in its transactions. An {@link OmniQ} of the application's own
 * takes the place of this one.
 */
@AutoConfiguration
@EnableConfigurationProperties(OmniQProperties.class)
public class OmniQAutoConfiguration {

  /** The queue. Tables that a tool of the application creates are there before it is opened. */
  @Bean
  @ConditionalOnMissingBean
  @DependsOnDatabaseInitialization
  OmniQ omniq(
      OmniQProperties properties,
      ObjectProvider<DataSource> dataSource,
      ObjectProvider<TaskListener> listeners,
      ObjectProvider<TaskInterceptor> interceptors,
      ObjectProvider<OmniQSettingsCustomizer> customizers) {
    var queues =
        new Queues(
            properties,
            settings -> {
              listeners.orderedStream().forEach(settings::listener);
              interceptors.orderedStream().forEach(settings::interceptor);
              customizers.orderedStream().forEach(each -> each.customize(settings));
              return settings;
            });
    if (properties.url() != null) {
      return queues.at(properties.url());
    }
    // Of several, none of them primary, this refuses to choose.
    DataSource database = dataSource.getIfAvailable();
    return database == null ? queues.inADirectory() : queues.in(database);
  }

  /** Tasks in transactions, where the queue is in the database of the application. */
  @Bean
  @ConditionalOnMissingBean
  TransactionalOmniQ transactionalOmniq(
      OmniQ omniq, OmniQProperties properties, ObjectProvider<DataSource> dataSource) {
    DataSource database = properties.url() == null ? dataSource.getIfUnique() : null;
    return database == null
        ? new TransactionalOmniQ(omniq)
        : new TransactionalOmniQ(omniq, database);
  }

  /** The worker. */
  @Bean
  @ConditionalOnBooleanProperty(name = "omniq.worker.enabled", matchIfMissing = true)
  WorkerLifecycle omniqWorker(
      OmniQ omniq,
      OmniQProperties properties,
      ConfigurableListableBeanFactory factory,
      ObjectProvider<OmniQWorkerCustomizer> customizers) {
    return new WorkerLifecycle(
        omniq, properties.worker(), factory, customizers.orderedStream().toList());
  }
}
