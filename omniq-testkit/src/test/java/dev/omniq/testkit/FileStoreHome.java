package dev.omniq.testkit;

import dev.omniq.storage.TaskStore;
import dev.omniq.storage.file.FileStore;
import dev.omniq.storage.file.FileStoreOptions;
import dev.omniq.task.TimeSource;
import java.nio.file.Path;
import java.util.Random;

/** File stores on a disk in memory, which can be killed and lose their power. */
final class FileStoreHome implements DurableHome {
  private static final Path DIRECTORY = Path.of("/store");

  private final long segmentBytes;
  private final boolean powerCuts;
  private final Random random;
  private FaultyDisk disk;

  /**
   * A new home.
   *
   * @param segmentBytes the length of a segment: short ones seal and compact often
   * @param powerCuts whether some crashes are power cuts
   */
  FileStoreHome(long seed, long segmentBytes, boolean powerCuts) {
    this.segmentBytes = segmentBytes;
    this.powerCuts = powerCuts;
    random = new Random(seed);
    disk = new FaultyDisk(seed);
  }

  @Override
  public TaskStore open(TimeSource time) {
    return FileStore.open(
        DIRECTORY, FileStoreOptions.defaults().disk(disk).time(time).segmentBytes(segmentBytes));
  }

  @Override
  public void compact(TaskStore store) {
    ContractFixture.get(((FileStore) store).compact());
  }

  @Override
  public Loss crash(TaskStore store) {
    boolean powerCut = powerCuts && random.nextBoolean();
    disk = powerCut ? disk.afterPowerCut() : disk.afterKill();
    store.close(); // its disk is dead: this only ends its threads
    return powerCut ? Loss.UNFORCED : Loss.UNANSWERED;
  }
}
