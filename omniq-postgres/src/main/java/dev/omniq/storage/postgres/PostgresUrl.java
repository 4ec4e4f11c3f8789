package dev.omniq.storage.postgres;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * A JDBC URL with options of ours among its parameters, which the driver must not see.
 *
 * @param driver the URL for the driver
 * @param options what the parameters {@code omniq.…} say
 */
record PostgresUrl(String driver, PostgresOptions options) {
  static final String PREFIX = "jdbc:postgresql:";
  private static final String OURS = "omniq.";

  static PostgresUrl parse(String url) {
    int mark = url.indexOf('?');
    if (mark < 0) {
      return new PostgresUrl(url, PostgresOptions.defaults());
    }
    PostgresOptions options = PostgresOptions.defaults();
    List<String> theirs = new ArrayList<>();
    for (String parameter : url.substring(mark + 1).split("&", -1)) {
      if (parameter.startsWith(OURS)) {
        options = with(options, parameter);
      } else if (!parameter.isEmpty()) {
        theirs.add(parameter);
      }
    }
    String rest = theirs.isEmpty() ? "" : "?" + String.join("&", theirs);
    return new PostgresUrl(url.substring(0, mark) + rest, options);
  }

  private static PostgresOptions with(PostgresOptions options, String parameter) {
    int equals = parameter.indexOf('=');
    String name = equals < 0 ? parameter : parameter.substring(0, equals);
    String value =
        equals < 0
            ? ""
            : URLDecoder.decode(parameter.substring(equals + 1), StandardCharsets.UTF_8);
    return switch (name) {
      case "omniq.schema" -> options.schema(value);
      case "omniq.listen" -> options.listen(flag(name, value));
      case "omniq.listenUrl" -> options.listenUrl(value);
      case "omniq.migrate" -> options.migrate(flag(name, value));
      default ->
          throw new IllegalArgumentException(
              "URL parameter '"
                  + name
                  + "' is not known; allowed are omniq.schema, omniq.listen, omniq.listenUrl and"
                  + " omniq.migrate");
    };
  }

  private static boolean flag(String name, String value) {
    return switch (value) {
      case "true" -> true;
      case "false" -> false;
      default ->
          throw new IllegalArgumentException(
              "URL parameter '" + name + "' must be true or false, but is '" + value + "'");
    };
  }

  /** The URL without parameters, which may hold a password, and without one in the host part. */
  static String withoutSecrets(String url) {
    int mark = url.indexOf('?');
    return (mark < 0 ? url : url.substring(0, mark)).replaceAll("//[^/@]*@", "//");
  }
}
