package dev.omniq.cli;

import dev.omniq.task.TaskId;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/**
 * The command {@code omniq}.
 *
 * <p>Exit codes: 0 for success, 1 if the operation failed, 2 if the command line is wrong; a signal
 * ends a program with 128 and its number, as usual.
 */
@Command(
    name = "omniq",
    mixinStandardHelpOptions = true,
    versionProvider = Main.Version.class,
    scope = ScopeType.INHERIT,
    sortOptions = false,
    usageHelpAutoWidth = true,
    header = "Looks into a durable task queue and takes care of it.",
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:done",
      "1:it failed; the reason is on the standard error stream",
      "2:the command line is wrong"
    },
    subcommands = {
      DemoCommand.class,
      ListCommand.class,
      ShowCommand.class,
      StatsCommand.class,
      WorkersCommand.class,
      TailCommand.class,
      DoctorCommand.class,
      WorkerCommand.class,
      EnqueueCommand.class,
      CancelCommand.class,
      RetryCommand.class,
      RunNowCommand.class,
      DeleteCommand.class,
      PurgeCommand.class,
      DashboardCommand.class,
      MoveCommand.class,
      MigrationsCommand.class,
      RepairCommand.class,
      BenchCommand.class,
      CompletionCommand.class,
    })
public final class Main implements Callable<Integer> {
  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets it before it runs anything
  private CommandSpec spec;

  @Option(
      names = "--verbose",
      scope = ScopeType.INHERIT,
      description = "Show the stack trace of a failure.")
  private boolean verbose;

  private Main() {}

  /** Runs the command and ends the process with its exit code. */
  public static void main(String[] args) {
    // The encoding of JSON, and of most terminals, whatever the locale.
    var out = new PrintWriter(System.out, true, StandardCharsets.UTF_8);
    var err = new PrintWriter(System.err, true, StandardCharsets.UTF_8);
    System.exit(commandLine(out, err).execute(args));
  }

  static CommandLine commandLine(PrintWriter out, PrintWriter err) {
    var main = new Main();
    var failures = new Failures(() -> main.verbose);
    return new CommandLine(main)
        .registerConverter(TaskId.class, Main::taskId)
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setParameterExceptionHandler(failures)
        .setExecutionExceptionHandler(failures)
        .setOut(out)
        .setErr(err);
  }

  @Override
  public Integer call() {
    spec.commandLine().usage(spec.commandLine().getErr()); // no command was given
    return spec.exitCodeOnInvalidInput();
  }

  private static TaskId taskId(String text) {
    try {
      return TaskId.parse(text);
    } catch (IllegalArgumentException e) {
      throw new TypeConversionException(e.getMessage());
    }
  }

  static final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
      String version = Main.class.getPackage().getImplementationVersion();
      return new String[] {"omniq " + (version == null ? "(development)" : version)};
    }
  }
}
