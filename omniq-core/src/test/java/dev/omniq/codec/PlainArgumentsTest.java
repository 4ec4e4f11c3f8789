package dev.omniq.codec;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

class PlainArgumentsTest {
  private static final List<Type> TYPES =
      List.of(String.class, int.class, Integer.class, long.class, Long.class, boolean.class);

  @Test
  void write_ofPlainValues_writesWhatTheMapperWrites() {
    JsonMapper mapper = JsonMapper.builder().build();
    var random = new Random(7);
    for (int round = 0; round < 1_000; round++) {
      var types = new ArrayList<Type>();
      var values = new ArrayList<Object>();
      for (int i = random.nextInt(4); i > 0; i--) {
        Type type = TYPES.get(random.nextInt(TYPES.size()));
        types.add(type);
        values.add(value(type, random));
      }
      String written = PlainArguments.write(types, values);
      if (written != null) {
        assertThat(written).isEqualTo(mapper.writeValueAsString(values));
      }
    }
    assertThat(PlainArguments.write(List.of(String.class, int.class), List.of("a b", -7)))
        .isEqualTo("[\"a b\",-7]");
  }

  private static Object value(Type type, Random random) {
    if (type == String.class) {
      return random
          .ints(random.nextInt(6), 0, 0x180)
          .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
          .toString();
    }
    if (type == boolean.class) {
      return random.nextBoolean();
    }
    if (type == long.class || type == Long.class) {
      return random.nextLong();
    }
    return random.nextInt();
  }

  @Test
  void write_ofWhatTheMapperMustJudge_leavesItToTheMapper() {
    assertThat(PlainArguments.write(List.of(String.class), List.of("\""))).isNull();
    assertThat(PlainArguments.write(List.of(String.class), List.of("\u00e4"))).isNull();
    assertThat(PlainArguments.write(List.of(String.class), List.of("\n"))).isNull();
    assertThat(PlainArguments.write(List.of(Object.class), List.of("a"))).isNull();
    assertThat(PlainArguments.write(List.of(String.class), List.of(1))).isNull();
    assertThat(PlainArguments.write(List.of(double.class), List.of(1.5))).isNull();
  }

  @Test
  void encodeArguments_withTheProgramsMapper_asksThatMapper() {
    var module =
        new tools.jackson.databind.module.SimpleModule()
            .addSerializer(
                String.class,
                new tools.jackson.databind.ser.std.StdSerializer<String>(String.class) {
                  @Override
                  public void serialize(
                      String value,
                      tools.jackson.core.JsonGenerator out,
                      tools.jackson.databind.SerializationContext context) {
                    out.writeString("<" + value + ">");
                  }
                });
    JsonCodec codec = JsonCodec.with(JsonMapper.builder().addModule(module).build());

    assertThat(codec.encodeArguments("t", List.of(String.class), List.of("a")))
        .isEqualTo("[\"<a>\"]");
  }
}
