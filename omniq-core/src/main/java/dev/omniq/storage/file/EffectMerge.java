package dev.omniq.storage.file;

import dev.omniq.task.TaskId;
import java.io.IOException;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/**
 * Walks up over the effects of several segments together in the order of ids: of each task the one
 * effect that all of them come to. It keeps one effect and a small window for each segment,
 * whatever their size. Not thread-safe.
 */
final class EffectMerge {

  /** Where the walk stands in one segment. */
  private record Head(Effect effect, int age, SegmentIndex.Cursor rest) {}

  /** By id; of one task, the latest first. */
  private final PriorityQueue<Head> heads =
      new PriorityQueue<>(
          Comparator.comparing((Head head) -> head.effect().id()).thenComparingInt(Head::age));

  private EffectMerge() {}

  /**
   * Walks up.
   *
   * @param segments in the order of replay
   * @param above only ids above this one
   */
  static EffectMerge ascending(List<SegmentIndex> segments, Optional<TaskId> above)
      throws IOException {
    var merge = new EffectMerge();
    for (int i = 0; i < segments.size(); i++) {
      merge.advance(segments.get(i).ascending(above), segments.size() - i);
    }
    return merge;
  }

  /** What the segments come to for the next task; null at the end. */
  @Nullable Effect next() throws IOException {
    Head latest = take();
    if (latest == null) {
      return null;
    }
    Effect effect = latest.effect();
    Head earlier = heads.peek();
    while (earlier != null && earlier.effect().id().equals(effect.id())) {
      effect = effect.after(earlier.effect());
      take();
      earlier = heads.peek();
    }
    return effect;
  }

  private @Nullable Head take() throws IOException {
    Head head = heads.poll();
    if (head != null) {
      advance(head.rest(), head.age());
    }
    return head;
  }

  private void advance(SegmentIndex.Cursor cursor, int age) throws IOException {
    Effect effect = cursor.next();
    if (effect != null) {
      heads.add(new Head(effect, age, cursor));
    }
  }
}
