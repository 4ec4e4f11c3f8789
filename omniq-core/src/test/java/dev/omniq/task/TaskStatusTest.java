package dev.omniq.task;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class TaskStatusTest {
  private static final Path DOCUMENT = Path.of("..", "docs", "explanation", "architecture.md");
  private static final Pattern ROW =
      Pattern.compile("^\\| ([A-Z]+) \\| ([A-Z, ]+) \\|$", Pattern.MULTILINE);

  @Test
  void documentedTransitions_areTheAllowedOnes() throws IOException {
    Map<TaskStatus, Set<TaskStatus>> documented = new TreeMap<>();
    for (MatchResult row : ROW.matcher(Files.readString(DOCUMENT)).results().toList()) {
      documented.put(
          TaskStatus.valueOf(row.group(1)),
          Arrays.stream(row.group(2).split(", "))
              .map(TaskStatus::valueOf)
              .collect(Collectors.toSet()));
    }

    assertThat(documented)
        .isEqualTo(
            Arrays.stream(TaskStatus.values())
                .collect(Collectors.toMap(status -> status, TaskStatus::next)));
  }

  @Test
  void drawing_namesEveryState() throws IOException {
    List<String> drawing =
        Files.readString(DOCUMENT).lines().dropWhile(line -> !line.equals("## States")).toList();

    assertThat(String.join("\n", drawing))
        .contains(Arrays.stream(TaskStatus.values()).map(TaskStatus::name).toList());
  }

  @Test
  void liveStates_areThoseThatAWorkerStillTouches() {
    assertThat(TaskStatus.values())
        .filteredOn(TaskStatus::isLive)
        .containsExactly(TaskStatus.PENDING, TaskStatus.RUNNING);
  }
}
