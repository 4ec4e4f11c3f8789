package dev.omniq.dashboard;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Finds the route of a request. */
final class Router {
  private final List<Route> routes = new ArrayList<>();

  /** What a route does; it returns what is written as JSON. */
  @FunctionalInterface
  interface Handler {
    Answer handle(Request request) throws Exception;
  }

  /**
   * An answer.
   *
   * @param status such as 200
   * @param body written as JSON
   */
  record Answer(int status, Object body) {
    static Answer ok(Object body) {
      return new Answer(200, body);
    }
  }

  /**
   * A route.
   *
   * @param path its segments; {@code {id}} stands for any one
   * @param role what the user must be allowed to do
   */
  record Route(String method, List<String> path, Role role, Handler handler) {

    /** What stands in place of names if a path is of this route. */
    Optional<Map<String, String>> match(List<String> segments) {
      if (segments.size() != path.size()) {
        return Optional.empty();
      }
      Map<String, String> found = new HashMap<>();
      for (int i = 0; i < segments.size(); i++) {
        String expected = path.get(i);
        if (expected.startsWith("{")) {
          found.put(expected.substring(1, expected.length() - 1), segments.get(i));
        } else if (!expected.equals(segments.get(i))) {
          return Optional.empty();
        }
      }
      return Optional.of(found);
    }
  }

  /** A route with what its path named. */
  record Match(Route route, Map<String, String> path) {}

  void add(String method, String path, Role role, Handler handler) {
    routes.add(new Route(method, List.of(path.split("/")), role, handler));
  }

  /** Method and path of every route. */
  List<String> all() {
    return routes.stream()
        .map(route -> route.method + " /" + String.join("/", route.path))
        .toList();
  }

  Match find(String method, String path) {
    List<String> segments = List.of(path.split("/"));
    boolean known = false;
    for (Route route : routes) {
      Optional<Map<String, String>> found = route.match(segments);
      if (found.isPresent() && route.method.equals(method)) {
        return new Match(route, found.get());
      }
      known |= found.isPresent();
    }
    throw known ? Problem.methodNotAllowed(method) : Problem.notFound("There is no /" + path + ".");
  }
}
