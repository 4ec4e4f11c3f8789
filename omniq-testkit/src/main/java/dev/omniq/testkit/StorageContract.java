package dev.omniq.testkit;

import org.junit.jupiter.api.Nested;

/**
 * What every store promises, as tests. A store's test extends this class and says where its stores
 * live; nothing else is needed:
 *
 * <pre>{@code
 * class MyStoreTest extends StorageContract {
 *   @Override
 *   protected StoreHome home() {
 *     return MyStore::new;
 *   }
 * }
 * }</pre>
 *
 * <p>A store has to live by the clock that it is given. A store that keeps its tasks when it is
 * closed extends {@link DurableStorageContract} instead.
 */
public abstract class StorageContract {

  /** A new home without tasks; called for each test. */
  protected abstract StoreHome home();

  /** {@link dev.omniq.storage.TaskStore#insert}. */
  @Nested
  class Insert extends InsertContract {
    Insert() {
      super(StorageContract.this::home);
    }
  }

  /** {@link dev.omniq.storage.TaskStore#claim}. */
  @Nested
  class Claim extends ClaimContract {
    Claim() {
      super(StorageContract.this::home);
    }
  }

  /** When a claim may take a task, and which first. */
  @Nested
  class ClaimOrder extends ClaimOrderContract {
    ClaimOrder() {
      super(StorageContract.this::home);
    }
  }

  /** {@link dev.omniq.storage.TaskStore#apply}. */
  @Nested
  class Apply extends ApplyContract {
    Apply() {
      super(StorageContract.this::home);
    }
  }

  /** Series and their runs. */
  @Nested
  class Series extends SeriesContract {
    Series() {
      super(StorageContract.this::home);
    }
  }

  /** Leases, rescue, notes and workers. */
  @Nested
  class Leases extends LeaseContract {
    Leases() {
      super(StorageContract.this::home);
    }
  }

  /** What a store tells. */
  @Nested
  class Queries extends QueryContract {
    Queries() {
      super(StorageContract.this::home);
    }
  }

  /** Deletion and retention. */
  @Nested
  class Removal extends RemovalContract {
    Removal() {
      super(StorageContract.this::home);
    }
  }

  /** Closing, interrupts and many callers. */
  @Nested
  class Calls extends CallsContract {
    Calls() {
      super(StorageContract.this::home);
    }
  }

  /** Values at their bounds. */
  @Nested
  class Values extends ValuesContract {
    Values() {
      super(StorageContract.this::home);
    }
  }
}
