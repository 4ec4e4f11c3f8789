package dev.omniq.storage.file;

import dev.omniq.task.Due;
import dev.omniq.task.NewTask;
import dev.omniq.task.Task;
import dev.omniq.task.TaskId;
import dev.omniq.task.TaskSpec;
import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** The JSON of a task in the journal. In this package, for lines are nobody else's business. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class LineBenchmark {
  private final JsonBuffer buffer = new JsonBuffer();
  private final Instant now = Instant.parse("2026-11-23T12:00:00.123456Z");
  private final Task task =
      Task.stored(
          NewTask.first(
              TaskId.next(now),
              TaskSpec.of("reports.Daily#generate", "[\"a report\",{\"page\":7}]"),
              Due.now()),
          now);
  private final byte[] line = written();

  private byte[] written() {
    LineWriter.add(buffer, 42, task, Optional.empty());
    return Arrays.copyOf(buffer.array(), buffer.size());
  }

  /** A task as a line. */
  @Benchmark
  public int write() {
    buffer.clear();
    LineWriter.add(buffer, 42, task, Optional.empty());
    return buffer.size();
  }

  /** A line as a task, as a replay reads it. */
  @Benchmark
  public Object read() {
    return LineReader.read(line, 0, line.length);
  }
}
