package dev.omniq.cli;

import dev.omniq.Settings;
import dev.omniq.task.Task;
import java.util.List;

/** What the demo tells. Runs are told on the worker's threads. */
interface DemoOutput {
  /**
   * Both tasks are stored.
   *
   * @param repeating the live run of the series
   * @param created whether the series is new, not that of an earlier start
   */
  void scheduled(Task repeating, boolean created);

  /** The worker will start. */
  void starting();

  /** A task ran. */
  void ran(DemoRun run);

  /**
   * The worker is closed.
   *
   * @param early whether a signal ended it before its time
   * @param tasks the tasks of the demo, the newest first
   */
  void ended(boolean early, List<Task> tasks, Settings settings);

  /** For programs: a line of JSON for each run, and nothing else. */
  record Lines(OutputOptions output) implements DemoOutput {
    @Override
    public void scheduled(Task repeating, boolean created) {}

    @Override
    public void starting() {}

    @Override
    public void ran(DemoRun run) {
      output.jsonLine(run);
    }

    @Override
    public void ended(boolean early, List<Task> tasks, Settings settings) {}
  }
}
