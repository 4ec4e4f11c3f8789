package dev.omniq.testkit;

import dev.omniq.storage.ClaimRequest;
import dev.omniq.storage.ClaimRequest.QueueLimit;
import dev.omniq.task.ClaimToken;
import java.time.Duration;
import java.util.List;
import java.util.Set;

/**
 * What a worker asks for. By default a worker named "worker" asks for up to 100 tasks called "mail"
 * of the default queue.
 */
record Ask(
    ClaimToken first,
    int limit,
    List<QueueLimit> queues,
    Set<String> names,
    int suspects,
    Duration lease) {

  static final String WORKER = "worker";

  static Ask from(ClaimToken first) {
    var queues = List.of(new QueueLimit(Samples.QUEUE, 100));
    return new Ask(first, 100, queues, Set.of(Samples.MAIL), 1, Samples.LEASE);
  }

  Ask first(ClaimToken value) {
    return new Ask(value, limit, queues, names, suspects, lease);
  }

  Ask limit(int value) {
    return new Ask(first, value, queues, names, suspects, lease);
  }

  Ask queues(QueueLimit... values) {
    return new Ask(first, limit, List.of(values), names, suspects, lease);
  }

  Ask names(String... values) {
    return new Ask(first, limit, queues, Set.of(values), suspects, lease);
  }

  Ask withoutNames() {
    return new Ask(first, limit, queues, Set.of(), suspects, lease);
  }

  Ask suspects(int value) {
    return new Ask(first, limit, queues, names, value, lease);
  }

  Ask lease(Duration value) {
    return new Ask(first, limit, queues, names, suspects, value);
  }

  ClaimRequest request() {
    return new ClaimRequest(first, limit, queues, names, suspects, lease);
  }
}
