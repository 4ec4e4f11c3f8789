package dev.omniq.kill;

import static org.assertj.core.api.Assertions.assertThat;

import dev.omniq.testkit.kill.KillContract;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Processes on one directory, whose owner is killed as any other. */
class KillTest extends KillContract {
  private static final Pattern OWNER = Pattern.compile("\"owner\":(\\d+)");

  @Override
  protected String url(Path directory) {
    return "file:" + directory.resolve("store");
  }

  /** Each owner writes its number into the manifest; how many were killed is chance. */
  @Override
  protected void checkAfterKills(Path directory) throws IOException {
    Matcher owner = OWNER.matcher(Files.readString(directory.resolve("store/MANIFEST")));
    assertThat(owner.find()).isTrue();
    assertThat(Integer.parseInt(owner.group(1))).as("owners, one after the other").isGreaterThan(1);
  }
}
