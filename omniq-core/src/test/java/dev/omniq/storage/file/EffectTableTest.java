package dev.omniq.storage.file;

import static org.assertj.core.api.Assertions.assertThat;

import dev.omniq.storage.file.Effect.Body;
import dev.omniq.storage.file.Effect.Hold;
import dev.omniq.storage.file.Effect.Standing;
import dev.omniq.task.TaskId;
import dev.omniq.task.TaskStatus;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EffectTableTest {
  private static final int SEGMENT = 7;

  private final EffectTable table = new EffectTable(SEGMENT);

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3, 4})
  void ascending_afterManyEffectsInAnyOrder_givesForEachTaskWhatTheyComeTo(long seed) {
    var random = new Random(seed);
    var expected = new TreeMap<TaskId, Effect>();
    for (int i = 0; i < 30_000; i++) {
      long at = Location.pack(SEGMENT, i * Location.MAX_OFFSET / 30_000);
      Effect effect = effect(random, id(random.nextInt(10_000)), at);
      table.add(effect);
      expected.merge(effect.id(), effect, (earlier, later) -> later.after(earlier));
    }

    assertThat(all(table)).isEqualTo(List.copyOf(expected.values()));
  }

  @Test
  void ascending_ofAnEmptyTable_endsAtOnce() {
    assertThat(all(table)).isEmpty();
  }

  private static List<Effect> all(EffectTable table) {
    var all = new ArrayList<Effect>();
    EffectTable.Walk walk = table.ascending();
    for (Effect effect = walk.next(); effect != null; effect = walk.next()) {
      all.add(effect);
    }
    return all;
  }

  /**
   * Many share a half with others; the highest bits of both are set or not, for ids are compared
   * without a sign.
   */
  private static TaskId id(int number) {
    long high = (number & 1L) << 63 | number / 100;
    long low = (number & 2L) << 62 | number % 100;
    return new TaskId(new UUID(high, low));
  }

  private static Effect effect(Random random, TaskId id, long at) {
    return switch (random.nextInt(6)) {
      case 0 -> Effect.gone(id);
      case 1 -> Effect.noted(id, at);
      case 2 -> Effect.held(id, hold(random));
      case 3 -> new Effect(id, null, standing(random, at), null, Location.NONE, false);
      case 4 -> added(random, id, at, hold(random));
      default -> added(random, id, at, null);
    };
  }

  private static Effect added(Random random, TaskId id, long at, @Nullable Hold hold) {
    Standing standing = standing(random, Location.NONE);
    return new Effect(id, body(random, id, at), standing, hold, Location.NONE, false);
  }

  private static Hold hold(Random random) {
    var terms = new Line.Claim(random.nextInt(99), 1, Duration.ofSeconds(60), 2);
    return new Hold("worker-" + random.nextInt(9), random.nextInt(), terms);
  }

  private static Body body(Random random, TaskId id, long at) {
    return new Body(
        at,
        random.nextInt(1 << 24),
        random.nextLong(),
        random.nextInt(),
        "queue-" + random.nextInt(3),
        "name-" + random.nextInt(5),
        random.nextInt(10),
        random.nextBoolean(),
        random.nextInt(4) == 0 ? id(random.nextInt(10_000)) : id,
        random.nextInt(4) == 0 ? Optional.of("key-" + random.nextInt(9)) : Optional.empty());
  }

  private static Standing standing(Random random, long at) {
    TaskStatus status = TaskStatus.values()[random.nextInt(TaskStatus.values().length)];
    return new Standing(
        at,
        random.nextInt(1 << 24),
        status,
        random.nextInt(9),
        random.nextInt(),
        random.nextBoolean(),
        random.nextBoolean());
  }
}
