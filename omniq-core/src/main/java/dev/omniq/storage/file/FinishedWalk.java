package dev.omniq.storage.file;

import dev.omniq.task.TaskId;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Walks up over all finished tasks, over what has an index and what has none yet together, and
 * stops after a number of visits, to go on another time. For the holder of the pen only.
 */
final class FinishedWalk {

  /** Where the walk stands in a segment without an index; the later segment counts. */
  private static final class Head {
    private final Iterator<Map.Entry<TaskId, Generation.Told>> rest;
    private Map.@Nullable Entry<TaskId, Generation.Told> next;

    Head(Iterator<Map.Entry<TaskId, Generation.Told>> rest) {
      this.rest = rest;
      advance();
    }

    void advance() {
      next = rest.hasNext() ? rest.next() : null;
    }
  }

  private final EffectMerge sealed;
  private final List<Head> heads = new ArrayList<>();
  private @Nullable Effect nextSealed;
  private int visitsLeft;
  private @Nullable TaskId visited;
  private boolean atEnd;

  /**
   * Begins a walk.
   *
   * @param from it begins behind this id
   * @param visits how many tasks it looks at, at most
   */
  FinishedWalk(SealedTasks tasks, List<Generation> generations, Optional<TaskId> from, int visits)
      throws IOException {
    sealed = EffectMerge.ascending(tasks.segments(), from);
    nextSealed = sealed.next();
    for (int i = generations.size() - 1; i >= 0; i--) {
      heads.add(new Head(generations.get(i).ascending(from).iterator()));
    }
    visitsLeft = visits;
  }

  /** The next finished task; null at the end or when the visits are used up. */
  @Nullable FinishedTask next() throws IOException {
    while (visitsLeft-- > 0) {
      TaskId id = nearest();
      if (id == null) {
        atEnd = true;
        return null;
      }
      visited = id;
      Generation.Told told = takeTold(id);
      Optional<FinishedTask> indexed = takeIndexed(id);
      Optional<FinishedTask> task = told == null ? indexed : told.finished();
      if (task.isPresent()) {
        return task.get();
      }
    }
    return null;
  }

  /** When {@link #next} was null: up to which id all was visited; empty if that is all. */
  Optional<TaskId> stoppedAt() {
    return atEnd ? Optional.empty() : Optional.ofNullable(visited);
  }

  private @Nullable TaskId nearest() {
    TaskId nearest = nextSealed == null ? null : nextSealed.id();
    for (Head head : heads) {
      if (head.next != null && (nearest == null || head.next.getKey().compareTo(nearest) < 0)) {
        nearest = head.next.getKey();
      }
    }
    return nearest;
  }

  /** What the latest segment tells that has no index; null if none does. */
  private Generation.@Nullable Told takeTold(TaskId id) {
    Generation.Told told = null;
    for (Head head : heads) {
      if (head.next != null && head.next.getKey().equals(id)) {
        told = told == null ? head.next.getValue() : told;
        head.advance();
      }
    }
    return told;
  }

  private Optional<FinishedTask> takeIndexed(TaskId id) throws IOException {
    Effect effect = nextSealed;
    if (effect == null || !effect.id().equals(id)) {
      return Optional.empty();
    }
    nextSealed = sealed.next();
    return effect.isFinished() ? Optional.of(FinishedTask.of(effect)) : Optional.empty();
  }
}
