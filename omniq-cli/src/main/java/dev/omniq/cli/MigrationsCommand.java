package dev.omniq.cli;

import dev.omniq.Backend;
import dev.omniq.Settings;
import dev.omniq.storage.StoreProvider;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code omniq migrations}. */
@Command(
    name = "migrations",
    header = "Prints the SQL that makes and updates the tables.",
    description = {
      "For teams that change their database themselves: run each script in a transaction, and open"
          + " the store with omniq.migrate=false. The database is not touched, nor even connected"
          + " to; of the URL only its kind and its schema count.",
      "Other stores than PostgreSQL belong to the program alone and have no scripts."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  omniq migrations --store 'jdbc:postgresql://db/shop?omniq.schema=queue' > tables.sql",
      "  omniq migrations --store jdbc:postgresql://db/shop --after 1"
    })
final class MigrationsCommand implements Callable<Integer> {
  @Mixin private final StoreOption store = new StoreOption();
  @Mixin private final OutputOptions output = new OutputOptions();

  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets it before it runs anything
  private CommandSpec spec;

  @Option(
      names = "--after",
      paramLabel = "VERSION",
      defaultValue = "0",
      description = "The version that is there; only what comes after it is printed.")
  private int after;

  /** The JSON of a script. */
  private record Migration(int version, String sql) {}

  @Override
  public Integer call() {
    Settings settings = store.settings();
    if (settings.backend() != Backend.POSTGRES) {
      throw new ParameterException(
          spec.commandLine(),
          StoreOption.describe(settings)
              + " makes what it needs by itself; only jdbc:postgresql://… has scripts");
    }
    String url = settings.dbUrl().orElseThrow();
    List<String> scripts = StoreProvider.of(url, "omniq-postgres").migrations(url);
    if (after < 0 || after > scripts.size()) {
      throw new ParameterException(
          spec.commandLine(),
          "--after must be from 0 to %d, but is %d".formatted(scripts.size(), after));
    }
    for (int version = after + 1; version <= scripts.size(); version++) {
      print(version, scripts.get(version - 1));
    }
    return 0;
  }

  private void print(int version, String script) {
    if (output.json()) {
      output.jsonLine(new Migration(version, script));
    } else {
      output.line("-- Version " + version);
      output.line("BEGIN;");
      output.line(script);
      output.line("COMMIT;");
    }
  }
}
