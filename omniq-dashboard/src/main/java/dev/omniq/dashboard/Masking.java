package dev.omniq.dashboard;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.databind.node.StringNode;

/**
 * Hides what has the name of a secret, in arguments, results and labels, however deep. Names are
 * compared without case, {@code -} and {@code _}, and anything that contains one of the words is
 * hidden. An argument that is no object has no name and is shown.
 *
 * @param words lower case letters and digits
 */
record Masking(List<String> words) {
  static final String MASK = "•••";

  private static final List<String> USUAL =
      List.of(
          "password",
          "passwd",
          "passphrase",
          "secret",
          "token",
          "apikey",
          "authorization",
          "credential",
          "privatekey",
          "cookie");

  static Masking with(List<String> more) {
    return new Masking(Stream.concat(USUAL.stream(), more.stream().map(Masking::plain)).toList());
  }

  private static String plain(String name) {
    return name.toLowerCase(Locale.ROOT).replaceAll("[^\\p{L}\\p{N}]", "");
  }

  private boolean isSecret(String name) {
    String plain = plain(name);
    return words.stream().anyMatch(plain::contains);
  }

  JsonNode masked(JsonNode json) {
    if (json instanceof ObjectNode object) {
      for (String name : List.copyOf(object.propertyNames())) {
        object.set(name, isSecret(name) ? StringNode.valueOf(MASK) : masked(object.get(name)));
      }
    } else if (json instanceof ArrayNode array) {
      for (int i = 0; i < array.size(); i++) {
        array.set(i, masked(array.get(i)));
      }
    }
    return json;
  }

  Map<String, String> masked(Map<String, String> labels) {
    Map<String, String> masked = new TreeMap<>(labels);
    masked.replaceAll((name, value) -> isSecret(name) ? MASK : value);
    return masked;
  }
}
