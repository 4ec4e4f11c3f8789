package dev.omniq.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import dev.omniq.task.OmniQException;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.lang.reflect.Type;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

class JsonCodecTest {
  private final JsonCodec codec = JsonCodec.standard();

  record Address(String street, Optional<String> city) {}

  record Person(String name, int age, List<Address> addresses) {}

  /** A bean as older programs write them. */
  public static class Bean {
    private String text = "";

    public String getText() {
      return text;
    }

    public void setText(String text) {
      this.text = text;
    }
  }

  /** Has no constructor that JSON can use. */
  public static class Unmakeable {
    public final String text;

    private Unmakeable(String a, String b) {
      text = a + b;
    }
  }

  /** Is written in a way in which it is not read. */
  public static class OneWay {
    private final int value;

    public OneWay(int value) {
      this.value = value;
    }

    public List<Integer> getValue() {
      return List.of(value);
    }
  }

  /** Has nothing to write. */
  public static class Empty {}

  /** Contains itself. */
  public static class Cyclic {
    public Cyclic self = this;
  }

  /** Throws when it is written. */
  public static class Angry {
    public String getText() {
      throw new IllegalStateException("not now");
    }
  }

  @JsonTypeInfo(use = JsonTypeInfo.Id.NAME)
  @JsonSubTypes({@JsonSubTypes.Type(Circle.class), @JsonSubTypes.Type(Square.class)})
  interface Shape {}

  record Circle(double radius) implements Shape {}

  record Square(double side) implements Shape {}

  enum Color {
    RED,
    GREEN
  }

  static List<Arguments> carried() {
    return List.of(
        Arguments.of(new TypeRef<String>() {}, "ü \"quoted\" \n 𝄞 \u2028"),
        Arguments.of(new TypeRef<String>() {}, "half of a character: \ud834"),
        Arguments.of(new TypeRef<Integer>() {}, Integer.MIN_VALUE),
        Arguments.of(new TypeRef<Long>() {}, Long.MAX_VALUE),
        Arguments.of(new TypeRef<Double>() {}, 0.1),
        Arguments.of(new TypeRef<Double>() {}, Double.NaN),
        Arguments.of(new TypeRef<Double>() {}, Double.NEGATIVE_INFINITY),
        Arguments.of(new TypeRef<BigDecimal>() {}, new BigDecimal("1.10")),
        Arguments.of(new TypeRef<Boolean>() {}, true),
        Arguments.of(new TypeRef<Character>() {}, 'x'),
        Arguments.of(new TypeRef<Color>() {}, Color.GREEN),
        Arguments.of(new TypeRef<Instant>() {}, Instant.parse("2026-11-23T10:15:30.123456789Z")),
        Arguments.of(new TypeRef<LocalDate>() {}, LocalDate.of(2026, 11, 23)),
        Arguments.of(new TypeRef<Duration>() {}, Duration.ofMillis(1500)),
        Arguments.of(new TypeRef<UUID>() {}, new UUID(1, 2)),
        Arguments.of(new TypeRef<Optional<String>>() {}, Optional.of("x")),
        Arguments.of(new TypeRef<Optional<String>>() {}, Optional.empty()),
        Arguments.of(new TypeRef<List<Long>>() {}, List.of(1L, 2L)),
        Arguments.of(new TypeRef<Set<Color>>() {}, Set.of(Color.RED)),
        Arguments.of(
            new TypeRef<Map<Color, List<LocalDate>>>() {},
            Map.of(Color.RED, List.of(LocalDate.EPOCH))),
        Arguments.of(
            new TypeRef<Person>() {},
            new Person("Ada", 36, List.of(new Address("1 Road", Optional.of("London"))))),
        Arguments.of(new TypeRef<Shape>() {}, new Circle(1.5)),
        Arguments.of(new TypeRef<List<Shape>>() {}, List.of(new Circle(1.5), new Square(2))),
        Arguments.of(new TypeRef<Object>() {}, Map.of("a", List.of(1, "x", true))),
        Arguments.of(new TypeRef<CharSequence>() {}, "x"),
        Arguments.of(new TypeRef<byte[]>() {}, new byte[] {1, 2, 3}));
  }

  @ParameterizedTest
  @MethodSource("carried")
  void arguments_comeBackAsTheyWere(TypeRef<?> type, Object value) {
    String json = encode(type.type(), value);
    assertThat(codec.decodeArguments("T", List.of(type.type()), json)).containsExactly(value);
  }

  @ParameterizedTest
  @MethodSource("carried")
  void result_comesBackAsItWas(TypeRef<?> type, Object value) {
    String json = codec.encodeResult("T", type.type(), value);
    assertThat((Object) codec.decode(json, type)).isEqualTo(value);
  }

  @Test
  void arguments_areOneLineOfJson() {
    assertThat(
            codec.encodeArguments(
                "T",
                List.of(String.class, int.class, Person.class),
                Arrays.asList(null, 7, new Person("Ada", 36, List.of()))))
        .isEqualTo("[null,7,{\"name\":\"Ada\",\"age\":36,\"addresses\":[]}]");
    assertThat(codec.encodeArguments("T", List.of(), List.of())).isEqualTo("[]");
  }

  @Test
  void unknownProperties_areIgnored() {
    String json = "[{\"name\":\"Ada\",\"age\":36,\"addresses\":[],\"since\":\"a later version\"}]";
    assertThat(codec.decodeArguments("T", List.of(Person.class), json))
        .containsExactly(new Person("Ada", 36, List.of()));
  }

  @Test
  void bean_comesBack() {
    var bean = new Bean();
    bean.setText("x");
    Object[] back = codec.decodeArguments("T", List.of(Bean.class), encode(Bean.class, bean));
    assertThat(back[0]).isInstanceOfSatisfying(Bean.class, b -> assertThat(b.text).isEqualTo("x"));
  }

  @Test
  void wrongNumberOfValues_isRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> codec.encodeArguments("C.m(int)", List.of(int.class), List.of()))
        .withMessage("the number of arguments of C.m(int) must be 1, but is 0");
  }

  @Test
  void interfaceWithoutTypeInformation_isRefused() {
    assertRefused(
        Runnable.class,
        (Runnable) () -> {},
        "argument 1 (java.lang.Runnable) of C.m cannot be stored as JSON: java.lang.Runnable"
            + " cannot be read back: it is abstract, and nothing says which class to make"
            + " (@JsonTypeInfo would)");
  }

  @Test
  void stream_isRefused() {
    assertRefused(
        InputStream.class,
        new ByteArrayInputStream(new byte[0]),
        "argument 1 (java.io.InputStream) of C.m cannot be stored as JSON: java.io.InputStream"
            + " cannot be read back: it is abstract, and nothing says which class to make"
            + " (@JsonTypeInfo would)");
  }

  @Test
  void elementsThatCannotBeReadBack_areRefusedEvenIfThereAreNone() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> encode(new TypeRef<Map<String, List<InputStream>>>() {}.type(), Map.of()))
        .withMessageContaining("java.io.InputStream cannot be read back");
  }

  @Test
  void nullOfATypeThatCannotBeReadBack_isRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> encode(InputStream.class, null))
        .withMessageContaining("java.io.InputStream cannot be read back");
  }

  @Test
  void typeWithoutAConstructor_isRefused() {
    assertRefused(
        Unmakeable.class,
        new Unmakeable("a", "b"),
        "argument 1 ("
            + Unmakeable.class.getTypeName()
            + ") of C.m cannot be stored as JSON: "
            + Unmakeable.class.getName()
            + " cannot be read back: it has no constructor that JSON can use");
  }

  @Test
  void valueThatIsNotReadAsItIsWritten_isRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> encode(OneWay.class, new OneWay(1)))
        .withMessageStartingWith(
            "argument 1 (" + OneWay.class.getTypeName() + ") of C.m cannot be stored");
  }

  @Test
  void emptyBean_isRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> encode(Empty.class, new Empty()))
        .withMessageStartingWith(
            "argument 1 (" + Empty.class.getTypeName() + ") of C.m cannot be stored");
  }

  @Test
  void cycle_isRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> encode(Cyclic.class, new Cyclic()))
        .withMessageStartingWith(
            "argument 1 (" + Cyclic.class.getTypeName() + ") of C.m cannot be stored");
  }

  @Test
  void valueThatThrows_isRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> encode(Angry.class, new Angry()))
        .withMessageContaining("not now");
  }

  @Test
  void nullForAPrimitive_isRefused() {
    assertRefused(int.class, null, "argument 1 (int) of C.m cannot be stored as JSON: it is null");
  }

  @Test
  void recordForAnObjectParameter_isRefused() {
    assertRefused(
        Object.class,
        new Circle(1),
        "argument 1 (java.lang.Object) of C.m cannot be stored as JSON: the parameter is"
            + " declared as Object, and a "
            + Circle.class.getName()
            + " would come back as a Map, a List or a text");
  }

  @Test
  void refusal_namesTheArgument() {
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                codec.encodeArguments(
                    "C.m", List.of(String.class, Empty.class), List.of("x", new Empty())))
        .withMessageStartingWith(
            "argument 2 (" + Empty.class.getTypeName() + ") of C.m cannot be stored");
  }

  @Test
  void limit_countsBytes() {
    JsonCodec small = codec.limit(8);
    assertThat(small.encodeArguments("C.m", List.of(String.class), List.of("äö")))
        .isEqualTo("[\"äö\"]");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> small.encodeArguments("C.m", List.of(String.class), List.of("äöx")))
        .withMessage(
            "the arguments of C.m take 9 bytes as JSON; allowed are 8. Store large data"
                + " elsewhere and pass a reference to it");
  }

  @Test
  void limit_isOneMebibyteByDefault() {
    String fits = "x".repeat(JsonCodec.DEFAULT_LIMIT - 4);
    assertThat(encode(String.class, fits)).hasSize(1 << 20);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> encode(String.class, fits + "x"))
        .withMessageStartingWith(
            "the arguments of C.m take 1048577 bytes as JSON; allowed are 1048576.");
  }

  @Test
  void limit_tooSmall() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> codec.limit(1))
        .withMessage("the limit of arguments must be at least 2 bytes, but is 1");
  }

  @Test
  void ownMapper_isUsed() {
    JsonCodec own =
        JsonCodec.with(
            JsonMapper.builder()
                .propertyNamingStrategy(PropertyNamingStrategies.UPPER_CAMEL_CASE)
                .enable(SerializationFeature.INDENT_OUTPUT)
                .build());
    assertThat(
            own.encodeArguments(
                "T", List.of(Address.class), List.of(new Address("1 Road", Optional.empty()))))
        .isEqualTo("[{\"Street\":\"1 Road\",\"City\":null}]");
  }

  @Test
  void decodeArguments_notAnArray() {
    assertUndecodable(
        "{}", List.of(), "the stored arguments do not fit C.m: they are not a JSON array");
    assertUndecodable(
        "", List.of(), "the stored arguments do not fit C.m: they are not a JSON array");
  }

  @Test
  void decodeArguments_wrongNumber() {
    assertUndecodable(
        "[1]",
        List.of(int.class, int.class),
        "the stored arguments do not fit C.m: their number must be 2, but is 1");
    assertUndecodable(
        "[1,{\"a\":[2]},3]",
        List.of(int.class),
        "the stored arguments do not fit C.m: their number must be 1, but is 3");
  }

  @Test
  void decodeArguments_brokenJson() {
    assertUndecodableAt("[1,", List.of(int.class));
    assertUndecodableAt("[1", List.of(int.class));
    assertUndecodableAt("[1]]", List.of(int.class));
    assertUndecodableAt("[1] 2", List.of(int.class));
  }

  @Test
  void decodeArguments_otherType() {
    assertUndecodableAt("[\"x\"]", List.of(int.class));
    assertUndecodableAt("[\"1\"]", List.of(int.class));
    assertUndecodableAt("[\"\"]", List.of(int.class));
    assertUndecodableAt("[1.5]", List.of(int.class));
    assertUndecodableAt("[3000000000]", List.of(int.class));
    assertUndecodableAt("[null]", List.of(int.class));
    assertUndecodableAt("[{}]", List.of(String.class));
    assertUndecodableAt("[\"BLUE\"]", List.of(Color.class));
    assertUndecodableAt("[{}]", List.of(Runnable.class));
  }

  @Test
  void decodeArguments_messageKeepsTheValueSecret() {
    assertThatExceptionOfType(UndecodableArgumentsException.class)
        .isThrownBy(
            () ->
                codec.decodeArguments(
                    "C.m", List.of(String.class, Person.class), "[\"secret\",[\"secret\"]]"))
        .withMessageStartingWith(
            "the stored arguments do not fit C.m: argument 2 ("
                + Person.class.getTypeName()
                + "): ")
        .withMessageNotContaining("secret");
  }

  @Test
  void encodeResult_nothing() {
    assertThat(codec.encodeResult("C.m", void.class, null)).isEqualTo("null");
    assertThat((Object) codec.decode("null", String.class)).isNull();
  }

  @Test
  void encodeResult_thatJsonCannotCarry() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> codec.encodeResult("C.m", Object.class, new Empty()))
        .withMessageStartingWith(
            "the result (" + Empty.class.getName() + ") of C.m cannot be stored as JSON: ");
  }

  @Test
  void encodeResult_overTheLimit() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> codec.limit(8).encodeResult("C.m", Object.class, "xxxxxxxxx"))
        .withMessageStartingWith("the result of C.m take");
  }

  @Test
  void decode_otherType() {
    assertThatExceptionOfType(OmniQException.class)
        .isThrownBy(() -> codec.decode("\"x\"", new TypeRef<List<Integer>>() {}))
        .withMessageStartingWith("the JSON cannot be read as java.util.List<java.lang.Integer>: ");
  }

  @Test
  void decode_moreThanOneValue() {
    assertThatExceptionOfType(OmniQException.class)
        .isThrownBy(() -> codec.decode("1 2", Integer.class))
        .withMessageStartingWith("the JSON cannot be read as java.lang.Integer: ");
  }

  private String encode(Type type, Object value) {
    return codec.encodeArguments("C.m", List.of(type), Arrays.asList(value));
  }

  private void assertRefused(Type type, Object value, String message) {
    assertThatIllegalArgumentException().isThrownBy(() -> encode(type, value)).withMessage(message);
  }

  private void assertUndecodable(String json, List<Type> types, String message) {
    assertThatExceptionOfType(UndecodableArgumentsException.class)
        .isThrownBy(() -> codec.decodeArguments("C.m", types, json))
        .withMessage(message);
  }

  private void assertUndecodableAt(String json, List<Type> types) {
    assertThatExceptionOfType(UndecodableArgumentsException.class)
        .isThrownBy(() -> codec.decodeArguments("C.m", types, json))
        .withMessageStartingWith("the stored arguments do not fit C.m: ");
  }
}
