package dev.omniq.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.nio.charset.Charset;
import java.util.Locale;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The question before many tasks are changed, and the option that answers it. */
final class Question {
  @Spec(Spec.Target.MIXEE)
  @SuppressWarnings("NullAway.Init") // picocli sets it before it runs anything
  private CommandSpec command;

  @Option(
      names = {"-y", "--yes"},
      description = "Do not ask before many tasks are changed.")
  private boolean yes;

  /**
   * Asks on the error stream, for the standard output may be read by a program; no is no answer.
   */
  boolean isConfirmed(String question) throws IOException {
    if (yes) {
      return true;
    }
    PrintWriter err = command.commandLine().getErr();
    err.print(question + "? [y/N] ");
    err.flush();
    var in = new BufferedReader(new InputStreamReader(System.in, Charset.defaultCharset()));
    String answer = in.readLine();
    if (answer == null) {
      err.println();
    }
    boolean confirmed = answer != null && answer.strip().toLowerCase(Locale.ROOT).matches("y|yes");
    if (!confirmed) {
      err.println("Nothing was changed; --yes skips the question.");
    }
    return confirmed;
  }
}
