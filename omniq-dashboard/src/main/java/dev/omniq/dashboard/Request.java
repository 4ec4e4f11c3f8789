package dev.omniq.dashboard;

import dev.omniq.task.TaskId;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A request that was let in.
 *
 * @param http as it came
 * @param user who makes it
 * @param path what stands in place of the names of its route
 */
record Request(HttpServletRequest http, User user, Map<String, String> path) {
  /** Room for arguments of the usual limit, and what stands around them. */
  private static final int MOST_BYTES = 2 << 20;

  /** The task that the path names. */
  TaskId id() {
    return id(String.valueOf(path.get("id")));
  }

  static TaskId id(String text) {
    try {
      return TaskId.parse(text);
    } catch (IllegalArgumentException e) {
      throw Problem.badRequest(String.valueOf(e.getMessage()));
    }
  }

  /** A parameter of the query; what is blank is not there. */
  Optional<String> parameter(String name) {
    return Optional.ofNullable(http.getParameter(name)).filter(value -> !value.isBlank());
  }

  /** The same as another type; what cannot be read is refused with its name. */
  <T> Optional<T> parameter(String name, Function<String, T> type) {
    return parameter(name)
        .map(
            value -> {
              try {
                return type.apply(value);
              } catch (RuntimeException e) {
                throw Problem.badRequest(
                    "%s cannot be '%s': %s".formatted(name, value, e.getMessage()));
              }
            });
  }

  List<String> parameters(String name) {
    String @Nullable [] values = http.getParameterValues(name);
    return values == null
        ? List.of()
        : Arrays.stream(values).filter(value -> !value.isBlank()).toList();
  }

  /** Refuses a request with parameters that the route does not know: a typo must not widen it. */
  void allow(Set<String> names) {
    if (names.isEmpty()) { // asked for parameters, a server would read the body as a form
      if (http.getQueryString() != null) {
        throw Problem.badRequest("There are no parameters here.");
      }
      return;
    }
    Set<String> unknown = new HashSet<>(http.getParameterMap().keySet());
    unknown.removeAll(names);
    if (!unknown.isEmpty()) {
      throw Problem.badRequest(
          "There is no parameter %s here; there are %s.".formatted(unknown, names));
    }
  }

  <T> T body(Class<T> type) throws IOException {
    byte[] body = http.getInputStream().readNBytes(MOST_BYTES + 1);
    if (body.length > MOST_BYTES) {
      throw Problem.tooLarge(MOST_BYTES);
    }
    return Json.read(body, type);
  }
}
