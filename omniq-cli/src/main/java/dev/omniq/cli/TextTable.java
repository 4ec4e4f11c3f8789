package dev.omniq.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;

/** Rows of text with aligned columns, two spaces apart. Not thread-safe. */
final class TextTable {
  private final Set<Integer> toTheRight;
  private final List<List<Cell>> rows = new ArrayList<>();

  /** A table in which these columns, counted from 0, are aligned to the right. */
  TextTable(Integer... toTheRight) {
    this.toTheRight = Set.of(toTheRight);
  }

  /** A text, and how it is painted when it has its width. */
  record Cell(String text, UnaryOperator<String> paint) {
    static Cell of(String text) {
      return new Cell(text, UnaryOperator.identity());
    }
  }

  TextTable row(List<Cell> cells) {
    rows.add(List.copyOf(cells));
    return this;
  }

  TextTable row(String... texts) {
    return row(UnaryOperator.identity(), texts);
  }

  TextTable row(UnaryOperator<String> paint, String... texts) {
    return row(List.of(texts).stream().map(text -> new Cell(text, paint)).toList());
  }

  List<String> lines() {
    return rows.stream().map(this::line).toList();
  }

  private String line(List<Cell> cells) {
    var line = new StringBuilder();
    for (int column = 0; column < cells.size(); column++) {
      Cell cell = cells.get(column);
      String spaces = " ".repeat(width(column) - cell.text().length());
      boolean last = column == cells.size() - 1;
      line.append(toTheRight.contains(column) ? spaces : "")
          .append(cell.paint().apply(cell.text()))
          .append(last ? "" : toTheRight.contains(column) ? "  " : spaces + "  ");
    }
    return line.toString();
  }

  private int width(int column) {
    return rows.stream()
        .filter(row -> column < row.size())
        .mapToInt(row -> row.get(column).text().length())
        .max()
        .orElse(0);
  }
}
