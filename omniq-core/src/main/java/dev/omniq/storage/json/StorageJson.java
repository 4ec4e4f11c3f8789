package dev.omniq.storage.json;

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
import java.util.UUID;
import tools.jackson.core.json.JsonWriteFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * The values of the storage interface as JSON. They are records and say by themselves how they are
 * written; only sealed types need to be told apart. Who writes and who reads are of one library,
 * often not of one version: properties that are not known are passed over.
 *
 * <p>Only such values: what users' programs hand over as arguments and results is text here.
 */
public final class StorageJson {
  /**
   * All of it is ASCII: escapes keep lone surrogates and zero characters, which a program's strings
   * may have, and UTF-8 or a database may not.
   */
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

  private StorageJson() {}

  /** The mapper; thread-safe. */
  public static JsonMapper mapper() {
    return MAPPER;
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
