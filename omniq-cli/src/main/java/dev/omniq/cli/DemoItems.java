package dev.omniq.cli;

import dev.omniq.TaskContext;
import dev.omniq.task.OmniTask;
import dev.omniq.task.TimeSource;
import java.time.Instant;
import java.util.Map;
import java.util.function.Consumer;

/** The tasks of the demo. */
public final class DemoItems {
  private final TimeSource time;
  private final Consumer<DemoRun> report;

  DemoItems(TimeSource time, Consumer<DemoRun> report) {
    this.time = time;
    this.report = report;
  }

  /** The task of the scheduling tutorial, which also tells when it ran. */
  @OmniTask
  public Map<String, String> processItem(String itemId) {
    Instant actual = time.now(); // before anything else: this is how late it is
    report.accept(DemoRun.of(itemId, TaskContext.current().task(), actual));
    return Map.of("item_id", itemId, "status", "completed");
  }
}
