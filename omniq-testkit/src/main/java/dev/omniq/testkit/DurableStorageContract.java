package dev.omniq.testkit;

import org.junit.jupiter.api.Nested;

/**
 * What a store promises beyond {@link StorageContract} that keeps its tasks: all that it has
 * acknowledged is there when it is opened again, after it was closed and after it crashed. Crashes
 * in the middle of writes are for the {@link Simulator}.
 */
public abstract class DurableStorageContract extends StorageContract {

  @Override
  protected abstract DurableHome home();

  /** Opened again after it was closed in good order. */
  @Nested
  class AfterClose extends DurabilityContract {
    AfterClose() {
      super(DurableStorageContract.this::home);
    }

    @Override
    void end() {
      store.close();
    }
  }

  /** Opened again after its process was killed. */
  @Nested
  class AfterCrash extends DurabilityContract {
    AfterCrash() {
      super(DurableStorageContract.this::home);
    }

    @Override
    void end() {
      durableHome().crash(store);
    }
  }

  /** Opened again after it rewrote its files. */
  @Nested
  class AfterCompaction extends DurabilityContract {
    AfterCompaction() {
      super(DurableStorageContract.this::home);
    }

    @Override
    void end() {
      durableHome().compact(store);
      store.close();
    }
  }
}
