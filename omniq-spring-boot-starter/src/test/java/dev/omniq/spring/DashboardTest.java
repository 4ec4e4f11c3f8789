package dev.omniq.spring;

import static org.assertj.core.api.Assertions.assertThat;

import dev.omniq.OmniQ;
import dev.omniq.TaskRequest;
import dev.omniq.task.TaskId;
import java.net.CookieManager;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.core.userdetails.User;
import org.springframework.security.core.userdetails.UserDetailsService;
import org.springframework.security.provisioning.InMemoryUserDetailsManager;
import org.springframework.security.web.SecurityFilterChain;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The dashboard in an application with a real server and database, behind its Spring Security. */
public class DashboardTest {
  private static final JsonMapper JSON = JsonMapper.shared();
  private static ConfigurableApplicationContext application;

  private HttpClient client;
  private TaskId task;

  /** An application as its authors write it: nothing here knows the dashboard. */
  @Configuration
  @EnableAutoConfiguration
  static class Application {
    @Bean
    UserDetailsService users() {
      return new InMemoryUserDetailsManager(
          User.withUsername("ada").password("{noop}engine").roles("OMNIQ_OPERATOR").build(),
          User.withUsername("eve").password("{noop}looks").roles("OMNIQ_VIEWER").build(),
          User.withUsername("bob").password("{noop}other").roles("CUSTOMER").build());
    }

    @Bean
    SecurityFilterChain security(HttpSecurity http) throws Exception {
      return http.authorizeHttpRequests(requests -> requests.anyRequest().authenticated())
          .httpBasic(Customizer.withDefaults())
          .build();
    }
  }

  @BeforeAll
  static void start() {
    application =
        SpringApplication.run(
            Application.class,
            "--server.port=0",
            "--spring.datasource.url=" + Server.url(),
            "--omniq.schema=dashboard_test",
            "--spring.main.banner-mode=off");
  }

  @AfterAll
  static void stop() {
    application.close();
  }

  @BeforeEach
  void enqueue() {
    client = HttpClient.newBuilder().cookieHandler(new CookieManager()).build();
    task =
        application
            .getBean(OmniQ.class)
            .enqueue(TaskRequest.named("mail", List.of()).delay(Duration.ofHours(1)));
  }

  private HttpResponse<String> send(
      String method, String path, String login, Map<String, String> headers) throws Exception {
    String port = application.getEnvironment().getProperty("local.server.port");
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/omniq" + path))
            .method(method, HttpRequest.BodyPublishers.noBody());
    if (!login.isEmpty()) {
      byte[] pair = login.getBytes(StandardCharsets.UTF_8);
      request.header("Authorization", "Basic " + Base64.getEncoder().encodeToString(pair));
    }
    headers.forEach(request::header);
    return client.send(request.build(), BodyHandlers.ofString());
  }

  private int status(String path, String login) throws Exception {
    return send("GET", path, login, Map.of()).statusCode();
  }

  private Map<String, String> headers(String login) throws Exception {
    JsonNode session = JSON.readTree(send("GET", "/api/session", login, Map.of()).body());
    Map<String, String> headers = new HashMap<>();
    session.get("headers").forEachEntry((name, value) -> headers.put(name, value.stringValue()));
    return headers;
  }

  private int cancel(String login, Map<String, String> headers) throws Exception {
    return send("POST", "/api/tasks/" + task + "/cancel", login, headers).statusCode();
  }

  private boolean isUntouched() {
    return application.getBean(OmniQ.class).task(task).orElseThrow().status().isLive();
  }

  @Test
  void whoIsLoggedIn_andHasARole_isLetIn() throws Exception {
    assertThat(status("/", "")).isEqualTo(401);
    assertThat(status("/", "bob:other")).isEqualTo(401);
    assertThat(status("/", "eve:looks")).isEqualTo(200);
    assertThat(status("/api/tasks", "eve:looks")).isEqualTo(200);
    assertThat(status("/app.js", "ada:engine")).isEqualTo(200);
    assertThat(send("GET", "", "eve:looks", Map.of()).headers().firstValue("Location").orElse(""))
        .endsWith("/omniq/");
  }

  @Test
  void operator_acts_andTheApplicationsProtectionIsMet() throws Exception {
    Map<String, String> headers = headers("ada:engine");

    assertThat(headers).containsKeys("X-OmniQ-Token", "X-CSRF-TOKEN");
    assertThat(cancel("ada:engine", headers)).isEqualTo(200);
    assertThat(isUntouched()).isFalse();
  }

  @Test
  void viewer_andForgedRequests_changeNothing() throws Exception {
    assertThat(cancel("eve:looks", headers("eve:looks"))).isEqualTo(403);
    Map<String, String> ours = headers("ada:engine");
    ours.remove("X-CSRF-TOKEN");
    // Spring Security refuses this one before it has looked at the login.
    assertThat(cancel("ada:engine", ours)).isIn(401, 403);
    Map<String, String> theirs = headers("ada:engine");
    theirs.remove("X-OmniQ-Token");
    assertThat(cancel("ada:engine", theirs)).isEqualTo(403);
    assertThat(isUntouched()).isTrue();
  }
}
