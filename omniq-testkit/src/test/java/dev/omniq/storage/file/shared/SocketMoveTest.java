package dev.omniq.storage.file.shared;

import dev.omniq.storage.TaskStore;
import dev.omniq.storage.file.FileStore;
import dev.omniq.storage.file.FileStoreOptions;
import dev.omniq.task.TimeSource;
import dev.omniq.testkit.DurableHome;
import dev.omniq.testkit.MoveContract;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

/** A store that another process owns can be moved, and obeys its mark. */
class SocketMoveTest extends MoveContract {
  private static int homes;

  @TempDir static Path directory;

  @Override
  protected DurableHome home() {
    return new ServedFileHome(directory.resolve("home" + homes++));
  }

  private static final class ServedFileHome implements DurableHome {
    private final Path directory;
    private FileStore file;
    private ServedHome served;

    ServedFileHome(Path directory) {
      this.directory = directory;
    }

    @Override
    public TaskStore open(TimeSource time) {
      demolish();
      file = FileStore.open(directory, FileStoreOptions.defaults().time(time).segmentBytes(8_000));
      served = new ServedHome(file.remoteView());
      return served.client(time);
    }

    @Override
    public void compact(TaskStore store) {
      file.compact().join();
    }

    @Override
    public Loss crash(TaskStore store) {
      store.close();
      return Loss.UNANSWERED;
    }

    @Override
    public void demolish() {
      if (file != null) {
        served.close();
        file.close();
      }
    }
  }
}
