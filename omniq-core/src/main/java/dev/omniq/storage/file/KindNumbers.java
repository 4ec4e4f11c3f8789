package dev.omniq.storage.file;

import dev.omniq.storage.file.IndexFormat.Kind;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Kinds of tasks, each with the number that records name it by. Not thread-safe. */
final class KindNumbers {
  private final Map<Kind, Integer> numbers = new LinkedHashMap<>();

  /** The number of the kind that an effect tells; 0 if it tells none. */
  int of(Effect effect) {
    Effect.Body body = effect.body();
    return body == null
        ? 0
        : numbers.computeIfAbsent(new Kind(body.queue(), body.name()), kind -> numbers.size());
  }

  /** All, in the order of their numbers. */
  List<Kind> all() {
    return List.copyOf(numbers.keySet());
  }
}
