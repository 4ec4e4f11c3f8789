package dev.omniq.dashboard;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/** A program that uses the API: headers that are added stay. */
final class Client {
  private final HttpClient http = HttpClient.newHttpClient();
  private final URI api;
  private final Map<String, String> headers = new HashMap<>();

  Client(Dashboard dashboard) {
    api = dashboard.uri().resolve("api/");
  }

  Client header(String name, String value) {
    headers.put(name, value);
    return this;
  }

  Client login(String user, String password) {
    byte[] pair = (user + ":" + password).getBytes(StandardCharsets.UTF_8);
    return header("Authorization", "Basic " + Base64.getEncoder().encodeToString(pair));
  }

  /** Sends along what the session says. */
  Client withToken() throws Exception {
    get("session")
        .json()
        .get("headers")
        .forEachEntry((name, value) -> header(name, value.stringValue()));
    return this;
  }

  record Answer(int status, String type, String body, HttpResponse<String> http) {
    JsonNode json() {
      return Json.parse(body);
    }

    String detail() {
      return json().get("detail").stringValue();
    }
  }

  Answer get(String path) throws Exception {
    return send("GET", path, "");
  }

  Answer post(String path, String body) throws Exception {
    return send("POST", path, body);
  }

  Answer send(String method, String path, String body) throws IOException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(api.resolve(path))
            .method(
                method, body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body));
    headers.forEach(request::header);
    HttpResponse<String> response = http.send(request.build(), BodyHandlers.ofString());
    return new Answer(
        response.statusCode(),
        response.headers().firstValue("Content-Type").orElse(""),
        response.body(),
        response);
  }
}
