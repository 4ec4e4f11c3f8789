package dev.omniq.storage.file.shared;

import dev.omniq.storage.json.StorageJson;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JavaType;
import tools.jackson.databind.ObjectReader;
import tools.jackson.databind.ObjectWriter;
import tools.jackson.databind.json.JsonMapper;

/** Calls and their answers as JSON; see {@link StorageJson} for the values in them. */
final class Json {
  private static final JsonMapper MAPPER = StorageJson.mapper();

  private static final Map<Class<?>, ObjectReader> READERS = new ConcurrentHashMap<>();
  private static final Map<Class<?>, ObjectReader> ANSWERS = new ConcurrentHashMap<>();
  private static final Map<Class<?>, ObjectWriter> WRITERS = new ConcurrentHashMap<>();

  private Json() {}

  static byte[] write(Object value) {
    return MAPPER.writeValueAsBytes(value);
  }

  /** Reads a value of a type. */
  static <T> T read(byte[] json, Class<T> type) throws IOException {
    return read(READERS.computeIfAbsent(type, MAPPER::readerFor), json);
  }

  /** Writes the answer to a call. */
  static byte[] writeAnswer(Call<?> call, @Nullable Object answer) {
    return WRITERS
        .computeIfAbsent(call.getClass(), type -> MAPPER.writerFor(answerType(type)))
        .writeValueAsBytes(answer);
  }

  /** Reads the answer to a call. */
  static <T> T readAnswer(byte[] json, Call<T> call) throws IOException {
    return read(
        ANSWERS.computeIfAbsent(call.getClass(), type -> MAPPER.readerFor(answerType(type))), json);
  }

  /** A call says in its type what it is answered with. */
  private static JavaType answerType(Class<?> call) {
    return MAPPER.constructType(call).findSuperType(Call.class).containedType(0);
  }

  @SuppressWarnings("TypeParameterUnusedInFormals") // the reader knows the type
  private static <T> T read(ObjectReader reader, byte[] json) throws IOException {
    try {
      T value = reader.readValue(json);
      if (value == null) {
        throw new IOException("a message without a value");
      }
      return value;
    } catch (JacksonException e) {
      throw new IOException("a message that cannot be read: " + e.getOriginalMessage(), e);
    }
  }
}
