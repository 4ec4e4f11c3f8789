package dev.omniq.codec;

import java.util.Collection;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.databind.DeserializationContext;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JavaType;
import tools.jackson.databind.ObjectReader;
import tools.jackson.databind.ObjectWriter;
import tools.jackson.databind.ValueDeserializer;
import tools.jackson.databind.deser.AbstractDeserializer;
import tools.jackson.databind.deser.bean.BeanDeserializerBase;
import tools.jackson.databind.json.JsonMapper;

/**
 * How values of one declared type are written and read.
 *
 * <p>A type that can be written but not read back would fail at run time, far from the mistake. So
 * the first argument of each type proves it: the type and its elements must have something that
 * reads them, and the argument itself is read back once.
 */
final class JsonShape {
  private final JsonMapper mapper;
  private final JavaType type;
  private final ObjectWriter writer;
  private final ObjectReader reader;
  private volatile boolean readable;
  private volatile boolean proven;

  JsonShape(JsonMapper mapper, JavaType type) {
    this.mapper = mapper;
    this.type = type;
    this.writer = mapper.writerFor(type);
    this.reader = mapper.readerFor(type).without(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);
  }

  ObjectWriter writer() {
    return writer;
  }

  /** Reads a value, whatever follows it: the next element. */
  ObjectReader reader() {
    return reader;
  }

  /** Writes an argument; throws if JSON cannot carry it there and back. */
  void writeArgument(JsonGenerator json, @Nullable Object value) {
    requireReadable();
    if (value == null && type.isPrimitive()) {
      throw new IllegalArgumentException("it is null");
    }
    if (type.isJavaLangObject()) {
      requireNatural(value);
    }
    if (!proven && value != null) {
      reader.readValue(writer.writeValueAsBytes(value));
      proven = true;
    }
    writer.writeValue(json, value);
  }

  /** Throws if there is nothing that reads this type, or the elements of it. */
  void requireReadable() {
    if (!readable) {
      try (JsonParser parser = mapper.createParser("null")) {
        requireReadable((DeserializationContext) parser.objectReadContext(), type);
      }
      readable = true;
    }
  }

  private static void requireReadable(DeserializationContext context, JavaType type) {
    if (context.findTypeDeserializer(type) != null) {
      return; // the type itself is written along, so an interface can be read
    }
    ValueDeserializer<Object> deserializer = context.findRootValueDeserializer(type);
    boolean instantiable =
        deserializer instanceof BeanDeserializerBase bean
            ? bean.getValueInstantiator().canInstantiate()
            : !(deserializer instanceof AbstractDeserializer);
    if (!instantiable) {
      throw new IllegalArgumentException(
          "%s cannot be read back: %s"
              .formatted(
                  type.getRawClass().getName(),
                  type.isAbstract()
                      ? "it is abstract, and nothing says which class to make (@JsonTypeInfo would)"
                      : "it has no constructor that JSON can use"));
    }
    if (type.isContainerType() || type.isReferenceType()) {
      for (int i = 0; i < type.containedTypeCount(); i++) {
        if (!(type.isMapLikeType() && i == 0)) {
          requireReadable(context, type.containedType(i));
        }
      }
    }
  }

  /** What is declared as Object comes back as what JSON itself has; nothing else may go in. */
  private static void requireNatural(@Nullable Object value) {
    if (value == null
        || value instanceof String
        || value instanceof Number
        || value instanceof Boolean
        || value instanceof Map<?, ?>
        || value instanceof Collection<?>) {
      return;
    }
    throw new IllegalArgumentException(
        "the parameter is declared as Object, and a %s would come back as a Map, a List or a text"
            .formatted(value.getClass().getName()));
  }
}
