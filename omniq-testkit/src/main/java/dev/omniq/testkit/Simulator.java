package dev.omniq.testkit;

import java.util.concurrent.ThreadLocalRandom;
import java.util.function.LongFunction;
import java.util.stream.LongStream;

/**
 * Drives a store and {@link ModelStorage} side by side through random calls, moved clocks, crashes
 * and reopenings, and compares every answer and again and again the whole content. All is drawn
 * from a seed; the ids, names, queues and keys are few, so that much collides.
 *
 * <p>A failure tells the seed, the step and the last calls. These system properties change what
 * {@link #run(LongFunction)} does:
 *
 * <ul>
 *   <li>{@code omniq.seed}: this seed alone, to replay a failure
 *   <li>{@code omniq.steps}: so many steps for each seed, instead of {@value #STEPS}
 *   <li>{@code omniq.runs}: so many fresh seeds, instead of {@value #FRESH}
 * </ul>
 *
 * <p>A seed replays the same calls. Where a store has threads of its own, what a crash leaves may
 * differ from one replay to the next.
 */
public final class Simulator {
  /** Steps for each seed. */
  private static final int STEPS = 300;

  /** Seeds that are the same in every build. */
  private static final int FIXED = 5;

  /** Seeds that differ from build to build. */
  private static final int FRESH = 3;

  /** The whole content is compared after so many steps. */
  private static final int LOOK = 10;

  private Simulator() {}

  /**
   * Simulates with a few fixed seeds and some fresh ones.
   *
   * @param homes gives a new home for each seed
   * @throws AssertionError if the store differs from the model
   */
  public static void run(LongFunction<? extends StoreHome> homes) {
    int steps = Integer.getInteger("omniq.steps", STEPS);
    Long seed = Long.getLong("omniq.seed");
    LongStream seeds =
        seed != null
            ? LongStream.of(seed)
            : LongStream.concat(
                LongStream.rangeClosed(1, FIXED),
                LongStream.generate(() -> ThreadLocalRandom.current().nextLong())
                    .limit(Integer.getInteger("omniq.runs", FRESH)));
    seeds.forEach(each -> run(homes.apply(each), each, steps));
  }

  /**
   * Simulates with one seed.
   *
   * @throws AssertionError if the store differs from the model
   */
  public static void run(StoreHome home, long seed, int steps) {
    var simulation = new Simulation(home, seed);
    int step = 0;
    try {
      for (step = 1; step <= steps; step++) {
        simulation.step();
        if (step % LOOK == 0 || step == steps) {
          simulation.compareContent();
        }
      }
    } catch (RuntimeException | AssertionError e) {
      throw new AssertionError(report(simulation, seed, step, steps, e), e);
    } finally {
      simulation.close();
    }
  }

  private static String report(
      Simulation simulation, long seed, int step, int steps, Throwable failure) {
    return """
        step %d of %d with seed %d: %s
        replay: -Domniq.seed=%d -Domniq.steps=%d
        the last calls:
          %s"""
        .formatted(
            step,
            steps,
            seed,
            failure.getMessage(),
            seed,
            steps,
            String.join("\n  ", simulation.trace()));
  }
}
