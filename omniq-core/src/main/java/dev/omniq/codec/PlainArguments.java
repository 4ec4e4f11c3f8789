package dev.omniq.codec;

import java.lang.reflect.Type;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Writes the arguments that most tasks have, texts in plain ASCII and whole numbers, exactly as the
 * standard mapper does: a generator for so little costs ten times as much as the text itself.
 */
final class PlainArguments {
  private PlainArguments() {}

  /** The JSON array; null if one of the values is not that plain, for the mapper to judge. */
  static @Nullable String write(List<Type> types, List<?> arguments) {
    var json = new StringBuilder(64).append('[');
    for (int i = 0; i < types.size(); i++) {
      if (i > 0) {
        json.append(',');
      }
      if (!append(json, types.get(i), arguments.get(i))) {
        return null;
      }
    }
    return json.append(']').toString();
  }

  private static boolean append(StringBuilder json, Type type, @Nullable Object value) {
    if (value instanceof String text && type == String.class) {
      json.append('"').append(text).append('"');
      return isPlain(text);
    }
    if ((value instanceof Integer && (type == int.class || type == Integer.class))
        || (value instanceof Long && (type == long.class || type == Long.class))
        || (value instanceof Boolean && (type == boolean.class || type == Boolean.class))) {
      json.append(value);
      return true;
    }
    return false;
  }

  private static boolean isPlain(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c < ' ' || c > '~' || c == '"' || c == '\\') {
        return false;
      }
    }
    return true;
  }
}
