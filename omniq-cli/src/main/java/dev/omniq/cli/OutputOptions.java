package dev.omniq.cli;

import java.io.PrintWriter;
import java.time.ZoneId;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** How the answer looks: for people, or with {@code --json} for programs. */
final class OutputOptions {
  @Spec(Spec.Target.MIXEE)
  @SuppressWarnings("NullAway.Init") // picocli sets it before it runs anything
  private CommandSpec command;

  @Option(names = "--json", description = "Print JSON, one object to a line, and nothing else.")
  private boolean json;

  boolean json() {
    return json;
  }

  /** How values look on this terminal. */
  Style style() {
    return new Style(ZoneId.systemDefault(), command.commandLine().getColorScheme().ansi());
  }

  PrintWriter out() {
    return command.commandLine().getOut();
  }

  void line(String text) {
    out().println(text);
  }

  void lines(List<String> texts) {
    texts.forEach(this::line);
  }

  /** Prints a value as one line of JSON. */
  void jsonLine(Object value) {
    line(Json.line(value));
  }
}
