package dev.omniq;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.omniq.task.OmniQException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Stores by their URLs: what they are called where people see it. */
class StoreUrlNameTest {

  private static String name(String url) {
    return StoreUrl.publicName(Settings.ofUrl(url).build());
  }

  @Test
  void storeWithoutModule_isRefusedWithTheDependencyToAdd() {
    assertThatThrownBy(() -> OmniQ.open("sqlite:x.db"))
        .isInstanceOf(OmniQException.class)
        .hasMessageContaining("dev.omniq:omniq-sqlite");
  }

  @Test
  void database_isNamedWithoutSecrets() {
    assertThat(name("jdbc:postgresql://ada:secret@db:5432/shop?user=ada&password=secret&ssl=true"))
        .isEqualTo("jdbc:postgresql://db:5432/shop");
  }

  @Test
  void database_isNamedWithItsSchema() {
    assertThat(name("jdbc:postgresql://db/shop?password=secret&currentSchema=jobs"))
        .isEqualTo("jdbc:postgresql://db/shop?currentSchema=jobs");
  }

  @Test
  void file_isNamedWithoutItsOptions() {
    assertThat(name("sqlite:/tmp/../nowhere/omniq.db?synchronous=NORMAL"))
        .isEqualTo("sqlite:/nowhere/omniq.db");
  }

  @Test
  void directory_isNamedOnce(@TempDir Path parent) throws IOException {
    Path real = Files.createDirectory(parent.resolve("real")).toRealPath();
    Path link = Files.createSymbolicLink(parent.resolve("link"), real);

    assertThat(name("file:" + link)).isEqualTo("file:" + real).isEqualTo(name("file:" + real));
  }
}
