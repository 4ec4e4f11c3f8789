package dev.omniq.storage.file;

import dev.omniq.storage.file.IndexFormat.Kind;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Kinds of tasks, each with the number that records name it by. Not thread-safe. */
final class KindNumbers {
  private final Map<Kind, Integer> numbers = new HashMap<>();
  private final List<Kind> kinds = new ArrayList<>();

  /** The number of the kind that an effect tells; any if it tells none. */
  int of(Effect effect) {
    Effect.Body body = effect.body();
    if (body == null) {
      return 0;
    }
    var kind = new Kind(body.queue(), body.name());
    Integer known = numbers.putIfAbsent(kind, kinds.size());
    if (known == null) {
      kinds.add(kind);
    }
    return known == null ? kinds.size() - 1 : known;
  }

  /** All, in the order of their numbers: a view. */
  List<Kind> all() {
    return Collections.unmodifiableList(kinds);
  }
}
