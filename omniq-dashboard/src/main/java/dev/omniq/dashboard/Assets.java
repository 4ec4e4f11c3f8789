package dev.omniq.dashboard;

import java.io.IOException;
import java.io.InputStream;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The files of the pages, ours and those of the libraries they are made of. */
final class Assets {
  private static final String OWN = "/dev/omniq/dashboard/web/";

  /** Nothing else of the class path can be asked for. */
  private static final Map<String, String> FILES =
      Map.ofEntries(
          Map.entry("", OWN + "index.html"),
          Map.entry("app.js", OWN + "app.js"),
          Map.entry("api.js", OWN + "api.js"),
          Map.entry("parts.js", OWN + "parts.js"),
          Map.entry("chart.js", OWN + "chart.js"),
          Map.entry("overview.js", OWN + "overview.js"),
          Map.entry("tasks.js", OWN + "tasks.js"),
          Map.entry("task.js", OWN + "task.js"),
          Map.entry("series.js", OWN + "series.js"),
          Map.entry("places.js", OWN + "places.js"),
          Map.entry("style.css", OWN + "style.css"),
          Map.entry("icon.svg", OWN + "icon.svg"),
          Map.entry("openapi.json", OWN + "openapi.json"),
          Map.entry(
              "vendor/preact.js",
              "/META-INF/resources/_static/htm/3.1.1/preact/standalone.module.js"),
          Map.entry(
              "vendor/uplot.js", "/META-INF/resources/webjars/uplot/1.6.30/dist/uPlot.esm.js"),
          Map.entry(
              "vendor/uplot.css", "/META-INF/resources/webjars/uplot/1.6.30/dist/uPlot.min.css"));

  private static final Map<String, String> TYPES =
      Map.of(
          "", "text/html; charset=utf-8",
          "js", "text/javascript; charset=utf-8",
          "css", "text/css; charset=utf-8",
          "svg", "image/svg+xml",
          "json", "application/json");

  private Assets() {}

  /** The media type of a file that {@link #content} finds. */
  static String type(String path) {
    return String.valueOf(TYPES.get(path.substring(path.lastIndexOf('.') + 1)));
  }

  static Optional<byte[]> content(String path) throws IOException {
    @Nullable String resource = FILES.get(path);
    if (resource == null) {
      return Optional.empty();
    }
    try (InputStream in = Assets.class.getResourceAsStream(resource)) {
      if (in == null) {
        throw new IOException("the class path has no " + resource);
      }
      return Optional.of(in.readAllBytes());
    }
  }
}
