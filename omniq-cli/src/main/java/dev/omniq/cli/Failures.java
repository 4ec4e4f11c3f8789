package dev.omniq.cli;

import dev.omniq.task.OmniQException;
import java.io.PrintWriter;
import java.util.function.BooleanSupplier;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/** Says what went wrong in one line, and with a stack trace only if that was asked for. */
final class Failures implements IParameterExceptionHandler, IExecutionExceptionHandler {
  private final BooleanSupplier verbose;

  Failures(BooleanSupplier verbose) {
    this.verbose = verbose;
  }

  @Override
  public int handleParseException(ParameterException failure, String[] args) {
    CommandLine command = failure.getCommandLine();
    String name = command.getCommandSpec().qualifiedName();
    PrintWriter err = command.getErr();
    err.println(name + ": " + failure.getMessage());
    UnmatchedArgumentException.printSuggestions(failure, err);
    err.println("Try '" + name + " --help'.");
    printStackTrace(failure, err);
    return command.getCommandSpec().exitCodeOnInvalidInput();
  }

  @Override
  public int handleExecutionException(
      Exception failure, CommandLine command, ParseResult parseResult) {
    PrintWriter err = command.getErr();
    err.println(command.getCommandSpec().qualifiedName() + ": " + message(failure));
    printStackTrace(failure, err);
    return command.getCommandSpec().exitCodeOnExecutionException();
  }

  /** What the library throws on purpose explains itself. */
  private static String message(Exception failure) {
    return failure instanceof OmniQException && failure.getMessage() != null
        ? failure.getMessage()
        : "unexpected failure, --verbose shows where: " + failure;
  }

  private void printStackTrace(Exception failure, PrintWriter err) {
    if (verbose.getAsBoolean()) {
      failure.printStackTrace(err);
    }
  }
}
