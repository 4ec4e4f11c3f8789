package dev.omniq.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.omniq.Backend;
import dev.omniq.Settings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

class StoreOptionTest {
  @Test
  void nothingGiven_isTheDefaultDirectory() {
    Settings settings = settings(Map.of());

    assertThat(StoreOption.describe(settings)).isEqualTo("file:omniq_data");
  }

  @Test
  void environment_isRespected() {
    Settings settings = settings(Map.of("OMNIQ_BACKEND", "memory"));

    assertThat(StoreOption.describe(settings)).isEqualTo("memory:");
  }

  @Test
  void option_replacesTheStoreOfTheEnvironment_andNothingElse() {
    Settings settings =
        settings(
            Map.of("OMNIQ_BACKEND", "postgres", "OMNIQ_DEFAULT_TIMEOUT", "7"),
            "--store",
            "file:here");

    assertThat(settings.backend()).isEqualTo(Backend.FILE);
    assertThat(settings.baseDir()).isEqualTo(Path.of("here"));
    assertThat(settings.dbUrl()).isEmpty();
    assertThat(settings.defaultTimeout()).contains(Duration.ofSeconds(7));
  }

  @Test
  void database_isDescribedByItsUrl() {
    Settings settings = settings(Map.of(), "--store", "jdbc:postgresql://host/db");

    assertThat(StoreOption.describe(settings)).isEqualTo("jdbc:postgresql://host/db");
  }

  @Command
  private static final class Holder {
    @Mixin private final StoreOption store = new StoreOption();
  }

  private static Settings settings(Map<String, String> environment, String... args) {
    var holder = new Holder();
    new CommandLine(holder).parseArgs(args);
    return holder.store.settings(environment);
  }
}
