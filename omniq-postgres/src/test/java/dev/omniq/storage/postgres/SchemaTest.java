package dev.omniq.storage.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Names, of which PostgreSQL stores 63 bytes. */
class SchemaTest {

  @Test
  void channel_ofANameThatIsShort_isWhole() {
    assertThat(new Schema("jobs").channel()).isEqualTo("omniq_jobs");
    assertThat(new Schema("a".repeat(54)).channel()).isEqualTo("omniq_" + "a".repeat(54));
    assertThat(new Schema("очередь").channel()).isEqualTo("omniq_очередь");
  }

  @Test
  void channel_ofALongerName_isWhatOlderVersionsHave() {
    String letters = "a".repeat(63);
    assertThat(new Schema(letters).channel())
        .isEqualTo("omniq_" + "a".repeat(34) + "_" + letters.hashCode());
    String few = "ä".repeat(5) + "a".repeat(53);
    assertThat(new Schema(few).channel())
        .isEqualTo("omniq_" + "ä".repeat(5) + "a".repeat(29) + "_" + few.hashCode());
  }

  @ParameterizedTest
  @ValueSource(strings = {"я", "語", "🐘", "a🐘", "ab🐘", "abc🐘"})
  void channel_ofMoreBytesThanCharacters_fits_andEndsWithAWholeCharacter(String letter) {
    String name = letter.repeat(63 / letter.getBytes(StandardCharsets.UTF_8).length);

    String channel = new Schema(name).channel();

    byte[] bytes = channel.getBytes(StandardCharsets.UTF_8);
    assertThat(bytes).hasSizeLessThanOrEqualTo(63);
    assertThat(new String(bytes, StandardCharsets.UTF_8)).isEqualTo(channel);
    assertThat(channel).isNotEqualTo(new Schema(name.substring(letter.length())).channel());
  }

  @Test
  void name_ofMoreThan63Bytes_isRefused() {
    assertThatCode(() -> PostgresOptions.defaults().schema("я".repeat(31)))
        .doesNotThrowAnyException();
    assertThatThrownBy(() -> PostgresOptions.defaults().schema("я".repeat(32)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("63 bytes");
  }
}
