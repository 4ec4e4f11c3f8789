package dev.omniq.storage.file.shared;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

class JsonTest {
  private static final int SEEDS = 200;

  @TestFactory
  Stream<DynamicTest> calls_comeBackAsTheyWere() {
    return new RandomValues(0)
        .calls().stream()
            .map(Object::getClass)
            .map(
                type ->
                    DynamicTest.dynamicTest(
                        type.getSimpleName(),
                        () ->
                            LongStream.range(0, SEEDS).forEach(seed -> callComesBack(type, seed))));
  }

  private static void callComesBack(Class<?> type, long seed) {
    Call<?> call = call(type, new RandomValues(seed));
    assertThat(read(Json.write(call), Call.class)).as("seed %d", seed).isEqualTo(call);
  }

  @TestFactory
  Stream<DynamicTest> answers_comeBackAsTheyWere() {
    return new RandomValues(0)
        .calls().stream()
            .map(Object::getClass)
            .map(
                type ->
                    DynamicTest.dynamicTest(
                        type.getSimpleName(),
                        () ->
                            LongStream.range(0, SEEDS)
                                .forEach(seed -> answerComesBack(type, seed))));
  }

  private static void answerComesBack(Class<?> type, long seed) {
    var values = new RandomValues(seed);
    Call<?> call = call(type, values);
    Object answer = values.answer(call);
    assertThat(readAnswer(Json.writeAnswer(call, answer), call))
        .as("seed %d", seed)
        .isEqualTo(answer);
  }

  @Test
  void properties_ofALaterVersion_arePassedOver() throws IOException {
    byte[] json =
        "{\"call\":\"expired\",\"limit\":7,\"later\":[1]}".getBytes(StandardCharsets.US_ASCII);

    assertThat(Json.read(json, Call.class)).isEqualTo(new Call.Expired(7));
  }

  @Test
  void garbage_isAnIoException() {
    for (String garbage : new String[] {"", "{", "null", "[]", "{\"call\":\"other\"}", "\0\1"}) {
      byte[] json = garbage.getBytes(StandardCharsets.US_ASCII);
      assertThatThrownBy(() -> Json.read(json, Call.class))
          .as(garbage)
          .isInstanceOf(IOException.class);
    }
  }

  @Test
  void values_thatTheirTypeRefuses_areAnIoException() {
    byte[] json = "{\"call\":\"list\",\"query\":{\"limit\":0}}".getBytes(StandardCharsets.US_ASCII);

    assertThatThrownBy(() -> Json.read(json, Call.class)).isInstanceOf(IOException.class);
  }

  private static Call<?> call(Class<?> type, RandomValues values) {
    return values.calls().stream().filter(type::isInstance).findFirst().orElseThrow();
  }

  private static Object read(byte[] json, Class<?> type) {
    try {
      return Json.read(json, type);
    } catch (IOException e) {
      throw new AssertionError(new String(json, StandardCharsets.UTF_8), e);
    }
  }

  private static Object readAnswer(byte[] json, Call<?> call) {
    try {
      return Json.readAnswer(json, call);
    } catch (IOException e) {
      throw new AssertionError(new String(json, StandardCharsets.UTF_8), e);
    }
  }
}
