package dev.omniq;

import dev.omniq.task.TaskListener;
import dev.omniq.testkit.InlineWorker;
import dev.omniq.testkit.ManualClock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.AfterEach;

/** A queue in memory, on a manual clock, with a worker that runs tasks inline. */
abstract class OmniQFixture {
  static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");

  final ManualClock clock = ManualClock.startingAt(NOON);
  final List<TaskListener.Kind> heard = Collections.synchronizedList(new ArrayList<>());
  final OmniQ omniq =
      OmniQ.open(
          Settings.ofUrl("memory:")
              .timeSource(clock)
              .listener(transition -> heard.add(transition.kind()))
              .build());

  InlineWorker inline(Class<?>... tasks) {
    return InlineWorker.of(omniq.worker().tasks(tasks), clock);
  }

  @AfterEach
  void closeQueue() {
    omniq.close();
  }
}
