package dev.omniq.codec;

import dev.omniq.task.OmniQException;
import java.io.ByteArrayOutputStream;
import java.lang.reflect.Type;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.MapperFeature;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * Arguments and results as JSON, and back. Values are written by the type that is declared for
 * them, which is also the type that they are read by. Thread-safe; keeps a reader and a writer for
 * each type it has seen.
 */
public final class JsonCodec {
  /** The most bytes that the arguments, or the result, of a task may take as JSON: 1 MiB. */
  public static final int DEFAULT_LIMIT = 1 << 20;

  private final JsonMapper mapper;
  private final boolean standard;
  private final int limit;
  private final Map<Type, JsonShape> shapes = new ConcurrentHashMap<>();

  private JsonCodec(JsonMapper mapper, boolean standard, int limit) {
    this.mapper = mapper;
    this.standard = standard;
    this.limit = limit;
  }

  /**
   * A codec with the mapper of this library: records, {@code Optional} and {@code java.time} (as
   * ISO text); unknown properties are ignored, so that payloads can evolve; types without
   * properties are refused; text is not taken for a number, nor 1.5 for an int.
   */
  public static JsonCodec standard() {
    JsonMapper mapper =
        JsonMapper.builder()
            .enable(SerializationFeature.FAIL_ON_EMPTY_BEANS)
            .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
            .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
            .build();
    return new JsonCodec(mapper, true, DEFAULT_LIMIT);
  }

  /** A codec with the program's own mapper, whose output is not indented here. */
  public static JsonCodec with(JsonMapper mapper) {
    JsonMapper own =
        Refusals.required(mapper, "the JSON mapper")
            .rebuild()
            .disable(SerializationFeature.INDENT_OUTPUT)
            .build();
    return new JsonCodec(own, false, DEFAULT_LIMIT);
  }

  /** This codec with another limit, in bytes, of arguments and of results. */
  public JsonCodec limit(int bytes) {
    if (bytes < 2) {
      throw new IllegalArgumentException(
          "the limit of arguments must be at least 2 bytes, but is " + bytes);
    }
    return new JsonCodec(mapper, standard, bytes);
  }

  /**
   * The arguments of a task as a JSON array.
   *
   * @param task what they are for; its text is for messages, and made for them only
   * @param types the declared types
   * @param arguments as many values as there are types
   * @throws IllegalArgumentException if JSON cannot carry one of them there and back, or if they
   *     are over the limit
   */
  public String encodeArguments(Object task, List<Type> types, List<?> arguments) {
    if (types.size() != arguments.size()) {
      throw new IllegalArgumentException(
          "the number of arguments of %s must be %d, but is %d"
              .formatted(task, types.size(), arguments.size()));
    }
    String plain = standard ? PlainArguments.write(types, arguments) : null;
    if (plain != null && plain.length() <= limit) {
      return plain;
    }
    var out = new ByteArrayOutputStream(128);
    try (JsonGenerator json = mapper.createGenerator(out)) {
      json.writeStartArray();
      for (int i = 0; i < types.size(); i++) {
        try {
          shape(types.get(i)).writeArgument(json, arguments.get(i));
        } catch (RuntimeException e) {
          throw refused(task, i, types.get(i), e);
        }
      }
      json.writeEndArray();
    }
    return bounded("the arguments of ", task, out);
  }

  /**
   * Checks that values of these types can be read back.
   *
   * @throws IllegalArgumentException if one of them cannot
   */
  public void requireReadable(String task, List<Type> types) {
    for (int i = 0; i < types.size(); i++) {
      try {
        shape(types.get(i)).requireReadable();
      } catch (RuntimeException e) {
        throw refused(task, i, types.get(i), e);
      }
    }
  }

  /**
   * The arguments of a task from their JSON array.
   *
   * @throws UndecodableArgumentsException if the text does not have one fitting element for each
   *     type
   */
  public @Nullable Object[] decodeArguments(String task, List<Type> types, String json) {
    var arguments = new @Nullable Object[types.size()];
    int next = 0;
    try (JsonParser parser = mapper.createParser(json)) {
      if (parser.nextToken() != JsonToken.START_ARRAY) {
        throw undecodable(task, "they are not a JSON array", null);
      }
      for (; parser.nextToken() != JsonToken.END_ARRAY; next++) {
        if (next < arguments.length) {
          arguments[next] = shape(types.get(next)).reader().readValue(parser);
        } else {
          parser.skipChildren();
        }
      }
      if (parser.nextToken() != null) {
        throw undecodable(task, "something follows the JSON array", null);
      }
    } catch (UndecodableArgumentsException e) {
      throw e;
    } catch (RuntimeException e) { // of Jackson, or of the program's own deserializers
      throw undecodable(
          task,
          next < types.size()
              ? "argument %d (%s): %s".formatted(next + 1, Types.name(types.get(next)), reason(e))
              : reason(e),
          e);
    }
    if (next != arguments.length) {
      throw undecodable(
          task, "their number must be %d, but is %d".formatted(arguments.length, next), null);
    }
    return arguments;
  }

  /**
   * A result as JSON; {@code null} for no result.
   *
   * @param type the declared type, {@code Object} for the type that it happens to have
   * @throws IllegalArgumentException if JSON cannot carry it, if it is over the limit, or if it is
   *     a future, whose value it is not
   */
  public String encodeResult(String task, Type type, @Nullable Object result) {
    if (result == null) {
      return "null";
    }
    if (result instanceof Future) {
      throw new IllegalArgumentException(
          "%s returned a %s, and nobody waits for its end; return its value, or a CompletionStage"
              .formatted(task, result.getClass().getName()));
    }
    var out = new ByteArrayOutputStream(128);
    try {
      shape(type).writer().writeValue(out, result);
    } catch (RuntimeException e) {
      throw new IllegalArgumentException(
          "the result (%s) of %s cannot be stored as JSON: %s"
              .formatted(result.getClass().getName(), task, reason(e)),
          e);
    }
    return bounded("the result of ", task, out);
  }

  /**
   * A value from JSON.
   *
   * @throws OmniQException if the text does not fit the type
   */
  public <T> @Nullable T decode(String json, Class<T> type) {
    return decode(json, TypeRef.of(type));
  }

  /**
   * A value from JSON.
   *
   * @throws OmniQException if the text does not fit the type
   */
  public <T> @Nullable T decode(String json, TypeRef<T> type) {
    try {
      return shape(type.type())
          .reader()
          .with(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .readValue(json);
    } catch (JacksonException e) {
      throw new OmniQException("the JSON cannot be read as %s: %s".formatted(type, reason(e)), e);
    }
  }

  private JsonShape shape(Type type) {
    JsonShape known = shapes.get(type);
    return known != null
        ? known
        : shapes.computeIfAbsent(type, t -> new JsonShape(mapper, mapper.constructType(t)));
  }

  private String bounded(String what, Object task, ByteArrayOutputStream json) {
    if (json.size() > limit) {
      throw new IllegalArgumentException(
          "%s%s take %d bytes as JSON; allowed are %d. %s"
              .formatted(
                  what,
                  task,
                  json.size(),
                  limit,
                  "Store large data elsewhere and pass a reference to it"));
    }
    return json.toString(StandardCharsets.UTF_8);
  }

  private static IllegalArgumentException refused(
      Object task, int index, Type type, RuntimeException why) {
    return new IllegalArgumentException(
        "argument %d (%s) of %s cannot be stored as JSON: %s"
            .formatted(index + 1, Types.name(type), task, reason(why)),
        why);
  }

  private static UndecodableArgumentsException undecodable(
      String task, String why, @Nullable Throwable cause) {
    return new UndecodableArgumentsException(
        "the stored arguments do not fit %s: %s".formatted(task, why), cause);
  }

  /** Without the excerpt of the source: arguments may be confidential. */
  private static String reason(RuntimeException e) {
    @Nullable String message =
        e instanceof JacksonException json ? json.getOriginalMessage() : e.getMessage();
    return message == null ? e.getClass().getSimpleName() : message;
  }
}
