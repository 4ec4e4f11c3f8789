package dev.omniq.cli;

import dev.omniq.cli.TextTable.Cell;
import dev.omniq.task.Task;
import java.util.List;

/** A list of tasks for people. */
final class TaskTable {
  private static final int LONGEST_CALL = 60;

  private TaskTable() {}

  static List<String> lines(List<Task> tasks, Style style) {
    var table = new TextTable(2);
    table.row(
        style.bold(), "ID", "STATUS", "RUN", "DUE (" + style.zoneName() + ")", "TASK", "SERIES");
    for (Task task : tasks) {
      table.row(
          List.of(
              Cell.of(task.id().toString()),
              new Cell(task.status().name(), style.paint(task.status())),
              Cell.of(task.recurring() ? Integer.toString(task.run()) : "-"),
              Cell.of(style.dateAndTime(task.dueAt())),
              Cell.of(Style.harmless(Style.call(task, LONGEST_CALL))),
              Cell.of(task.recurring() ? task.seriesId().toString() : "-")));
    }
    return table.lines();
  }
}
