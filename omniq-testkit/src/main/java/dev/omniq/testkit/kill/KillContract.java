package dev.omniq.testkit.kill;

import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * What a store stands that several processes share: they are killed and stopped, and nothing that
 * was acknowledged is lost, nothing is settled twice, and what a dead process ran is run by another
 * one. A store extends this with its URL; the processes get the class path of the test.
 *
 * <p>{@code -Domniq.kills=4000} and {@code -Domniq.freezes=100} for a long campaign, {@code
 * -Domniq.victims=5} for more processes, {@code -Domniq.seed=…} for the moments of another run.
 */
public abstract class KillContract {
  private static final int KILLS = Integer.getInteger("omniq.kills", 8);
  private static final int FREEZES = Integer.getInteger("omniq.freezes", 2);
  private static final int VICTIMS = Integer.getInteger("omniq.victims", 3);

  /** For the stores that extend it. */
  protected KillContract() {}

  /**
   * The URL of an empty store that no other test has.
   *
   * @param directory an empty directory, removed after the test
   */
  protected abstract String url(Path directory);

  /** What is to be seen of the store itself after the kills; nothing by default. */
  protected void checkAfterKills(Path directory) throws Exception {}

  @Test
  @Timeout(value = 4, unit = TimeUnit.HOURS)
  void processesThatAreKilledAtAnyMoment_loseNothingAndDoNothingTwice(@TempDir Path directory)
      throws Exception {
    long seed = Long.getLong("omniq.seed", new Random().nextLong());
    var kills = new Kills(url(directory), directory, seed);
    kills.run(VICTIMS, KILLS);
    kills.check();
    checkAfterKills(directory);
  }

  @Test
  @Timeout(value = 4, unit = TimeUnit.HOURS)
  void processesThatAreStoppedPastTheirLease_areInterruptedAndTheirLateResultsDropped(
      @TempDir Path directory) throws Exception {
    try (var freezes = new Freezes(url(directory), directory)) {
      freezes.run(FREEZES);
      freezes.check();
    }
  }
}
