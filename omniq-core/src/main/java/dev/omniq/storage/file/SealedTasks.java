package dev.omniq.storage.file;

import dev.omniq.task.TaskId;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What the sealed segments come to, as it stood when the last of them was sealed. What happened to
 * a task since then is not in here. Immutable and thread-safe, as long as the indexes are open.
 *
 * @param segments in the order of replay
 */
record SealedTasks(List<SegmentIndex> segments) {

  /** Copies the list. */
  SealedTasks {
    segments = List.copyOf(segments);
  }

  /** What a walk over all tasks counts, beside showing them. */
  record Survey(long live, long finished, long bytes, long lastSequence) {
    static final Survey NONE = new Survey(0, 0, 0, 0);

    private Survey with(Effect effect) {
      boolean isLive = effect.isLive();
      return new Survey(
          live + (isLive ? 1 : 0),
          finished + (isLive ? 0 : 1),
          bytes + effect.bytes(),
          Math.max(lastSequence, effect.theBody().sequence()));
    }

    /** How many tasks there are. */
    long tasks() {
      return live + finished;
    }
  }

  /** Takes tasks one by one. */
  @FunctionalInterface
  interface Visitor {
    /** A live or finished task. */
    void task(Effect effect) throws IOException;
  }

  /**
   * Shows every live and every finished task, ascending by id. Whoever opens the store fills its
   * table with the live ones and counts the finished ones.
   *
   * @throws DamagedSegmentException if a task is changed that was never added
   */
  Survey forEach(Visitor visitor) throws IOException {
    EffectMerge effects = EffectMerge.ascending(segments, Optional.empty());
    Survey survey = Survey.NONE;
    for (Effect effect = effects.next(); effect != null; effect = effects.next()) {
      if (!effect.requireComplete().gone()) {
        visitor.task(effect);
        survey = survey.with(effect);
      }
    }
    return survey;
  }

  /** The length of all sealed segments together. */
  long bytes() {
    return segments.stream().mapToLong(SegmentIndex::segmentBytes).sum();
  }

  /** The task with this id, live or finished; empty if there is none. */
  Optional<Effect> find(TaskId id) throws IOException {
    Effect known = null;
    for (int i = segments.size() - 1; i >= 0 && (known == null || !known.isWhole()); i--) {
      known = over(known, segments.get(i).find(id));
    }
    return Optional.ofNullable(known).filter(effect -> !effect.gone());
  }

  private static @Nullable Effect over(@Nullable Effect later, Optional<Effect> earlier) {
    return later == null ? earlier.orElse(null) : earlier.map(later::after).orElse(later);
  }
}
