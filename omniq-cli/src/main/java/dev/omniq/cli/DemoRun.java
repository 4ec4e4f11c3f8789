package dev.omniq.cli;

import dev.omniq.task.Task;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;

/**
 * A run of a demo task, as its JSON has it.
 *
 * @param item what the task was to process
 * @param run its number in its series
 * @param taskId its id
 * @param seriesId the id of the first run
 * @param planned when it was first due
 * @param actual the time of the handler's first instruction
 * @param latenessMs from planned to actual, in milliseconds
 */
record DemoRun(
    String item,
    int run,
    String taskId,
    String seriesId,
    Instant planned,
    Instant actual,
    BigDecimal latenessMs) {

  static DemoRun of(String item, Task task, Instant actual) {
    long micros = Duration.between(task.plannedAt(), actual).toNanos() / 1_000;
    return new DemoRun(
        item,
        task.run(),
        task.id().toString(),
        task.seriesId().toString(),
        task.plannedAt(),
        actual,
        BigDecimal.valueOf(micros, 3));
  }
}
