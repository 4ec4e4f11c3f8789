package dev.omniq.testkit;

import dev.omniq.storage.TaskStore;
import dev.omniq.task.TimeSource;

/** Keeps the model when it is closed, so that the durable contract has its oracle too. */
final class ModelHome implements DurableHome {
  private ModelStorage last = new ModelStorage(TimeSource.system());

  @Override
  public TaskStore open(TimeSource time) {
    last = last.reopened(time, Leases.ENDED);
    return last;
  }

  @Override
  public Loss crash(TaskStore store) {
    store.close();
    return Loss.UNANSWERED;
  }
}
