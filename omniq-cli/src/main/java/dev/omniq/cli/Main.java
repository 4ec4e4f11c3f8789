package dev.omniq.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;

/** The command {@code omniq}. */
@Command(
    name = "omniq",
    mixinStandardHelpOptions = true,
    versionProvider = Main.Version.class,
    description = "A durable task queue.")
public final class Main implements Runnable {
  private Main() {}

  /** Runs the command and ends the process with its exit code. */
  public static void main(String[] args) {
    System.exit(new CommandLine(new Main()).execute(args));
  }

  @Override
  public void run() {
    CommandLine.usage(this, System.out);
  }

  static final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
      String version = Main.class.getPackage().getImplementationVersion();
      return new String[] {"omniq " + (version == null ? "(development)" : version)};
    }
  }
}
