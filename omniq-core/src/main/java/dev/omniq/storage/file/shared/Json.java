package dev.omniq.storage.file.shared;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.annotation.JsonValue;
import dev.omniq.storage.Applied;
import dev.omniq.storage.Transition.Expected;
import dev.omniq.task.Due;
import dev.omniq.task.Schedule;
import dev.omniq.task.TaskId;
import java.io.IOException;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.json.JsonWriteFeature;
import tools.jackson.databind.JavaType;
import tools.jackson.databind.ObjectReader;
import tools.jackson.databind.ObjectWriter;
import tools.jackson.databind.json.JsonMapper;

/**
 * The values of the storage interface as JSON. They are records and say by themselves how they are
 * written; only sealed types need to be told apart. Both ends are of one library, often not of one
 * version: properties that are not known are passed over.
 */
final class Json {
  /** Escapes keep lone surrogates, which a program's strings may have and UTF-8 may not. */
  private static final JsonMapper MAPPER =
      JsonMapper.builder()
          .enable(JsonWriteFeature.ESCAPE_NON_ASCII)
          .changeDefaultPropertyInclusion(
              usual -> usual.withValueInclusion(JsonInclude.Include.NON_ABSENT))
          .addMixIn(TaskId.class, AsText.class)
          .addMixIn(Schedule.class, Schedules.class)
          .addMixIn(Due.class, Dues.class)
          .addMixIn(Applied.class, Answers.class)
          .addMixIn(Expected.class, Expectations.class)
          .build();

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

  private abstract static class AsText {
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    @SuppressWarnings("UnusedVariable") // only says what JSON is read as
    AsText(UUID value) {}

    @JsonValue
    abstract UUID value();
  }

  @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "is")
  @JsonSubTypes({
    @JsonSubTypes.Type(value = Schedule.Once.class, name = "once"),
    @JsonSubTypes.Type(value = Schedule.FixedDelay.class, name = "delay"),
    @JsonSubTypes.Type(value = Schedule.FixedRate.class, name = "rate"),
  })
  private interface Schedules {}

  @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "is")
  @JsonSubTypes({
    @JsonSubTypes.Type(value = Due.At.class, name = "at"),
    @JsonSubTypes.Type(value = Due.After.class, name = "after"),
  })
  private interface Dues {}

  @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "is")
  @JsonSubTypes({
    @JsonSubTypes.Type(value = Applied.Done.class, name = "applied"),
    @JsonSubTypes.Type(value = Applied.Stale.class, name = "stale"),
    @JsonSubTypes.Type(value = Applied.KeyHeld.class, name = "keyHeld"),
  })
  private interface Answers {}

  @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "is")
  @JsonSubTypes({
    @JsonSubTypes.Type(value = Expected.Holder.class, name = "holder"),
    @JsonSubTypes.Type(value = Expected.Rescuer.class, name = "rescuer"),
    @JsonSubTypes.Type(value = Expected.Observer.class, name = "observer"),
  })
  private interface Expectations {}
}
