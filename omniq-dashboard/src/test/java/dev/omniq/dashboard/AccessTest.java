package dev.omniq.dashboard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.omniq.OmniQ;
import dev.omniq.TaskRequest;
import dev.omniq.dashboard.Client.Answer;
import dev.omniq.task.TaskId;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who is let in, and what a request from elsewhere meets. */
class AccessTest {
  private static final Map<String, Login> USERS =
      Map.of(
          "ada", new Login(Login.hash("engine-1842"), Role.OPERATOR),
          "eve", new Login(Login.hash("only-looking"), Role.VIEWER));

  private final OmniQ omniq = OmniQ.open("memory:");
  private final TaskId task = omniq.enqueue(TaskRequest.named("reports.nightly", List.of()));
  private final ExecutorService guessers = Executors.newCachedThreadPool();
  private Dashboard dashboard;

  @AfterEach
  void close() {
    guessers.shutdownNow();
    if (dashboard != null) {
      dashboard.close();
      dashboard.close();
    }
    omniq.close();
  }

  private Client client(Dashboard.Builder builder) {
    dashboard = builder.port(0).start();
    return new Client(dashboard);
  }

  private Client client(Access access) {
    return client(Dashboard.of(omniq).access(access));
  }

  private Answer cancel(Client client) throws Exception {
    return client.post("tasks/" + task + "/cancel", "");
  }

  private boolean isUntouched() {
    return omniq.task(task).orElseThrow().status().isLive();
  }

  @Test
  void withoutALogin_onlyThisMachineIsListenedTo() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Dashboard.of(omniq).host("0.0.0.0").port(0).start())
        .withMessageContaining("0.0.0.0")
        .withMessageContaining("access");
    assertThat(client(Dashboard.of(omniq)).header("X", "y")).isNotNull();
    assertThat(dashboard.uri().getHost()).isEqualTo("127.0.0.1");
  }

  @Test
  void withALogin_everyAddressMayBeListenedTo() throws Exception {
    Client client = client(Dashboard.of(omniq).host("0.0.0.0").access(Access.passwords(USERS)));

    assertThat(client.get("session").status()).isEqualTo(401);
  }

  @Test
  void portThatIsTaken_isSaid() {
    client(Dashboard.of(omniq));

    assertThatThrownBy(() -> Dashboard.of(omniq).port(dashboard.uri().getPort()).start())
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining("127.0.0.1:" + dashboard.uri().getPort());
    assertThatIllegalArgumentException().isThrownBy(() -> Dashboard.of(omniq).port(70_000));
  }

  @Test
  void foreignHostName_isNotLetIn_forAPageMayHaveSetIt() throws Exception {
    client(Dashboard.of(omniq));
    try (var socket = new Socket("127.0.0.1", dashboard.uri().getPort())) {
      socket
          .getOutputStream()
          .write(
              "GET /api/session HTTP/1.1\r\nHost: evil.example:80\r\nConnection: close\r\n\r\n"
                  .getBytes(StandardCharsets.US_ASCII));
      String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(answer).startsWith("HTTP/1.1 401").doesNotContain("X-OmniQ-Token");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "GET http://localhost/api/session HTTP/1.1\r\nHost: evil.example",
        "GET http://evil.example/api/session HTTP/1.1\r\nHost: localhost",
        "GET /api/session HTTP/1.1\r\nHost: localhost.evil.example",
        "GET /api/session HTTP/1.1\r\nHost: evil.example\r\nX-Forwarded-Host: localhost",
        "GET /api/session HTTP/1.1\r\nHost: evil.example\r\nForwarded: host=localhost",
        "GET /api/session HTTP/1.1\r\nHost: localhost\r\nHost: evil.example",
        "GET /api/session HTTP/1.1\r\nHost: localhost@evil.example",
        "GET /api/session HTTP/1.1\r\nHost:",
      })
  void hostThatIsNotOurs_byAnyTrick_isNotLetIn(String head) throws Exception {
    client(Dashboard.of(omniq));

    assertThat(raw(head)).matches("(?s)HTTP/1.1 4\\d\\d .*").doesNotContain("X-OmniQ-Token");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/../../../etc/passwd",
        "/%2e%2e/%2e%2e/etc/passwd",
        "/..%2f..%2fetc/passwd",
        "/vendor/../../../dev/omniq/dashboard/Guard.class",
        "//evil.example/%2e%2e/",
        "/;/api/../x",
        "/api/..;/tasks",
        "/api/tasks/%00",
        "/WEB-INF/web.xml",
        "/META-INF/MANIFEST.MF",
        "/dev/omniq/dashboard/Guard.class",
      })
  void path_leadsToNothingElse(String path) throws Exception {
    client(Dashboard.of(omniq));

    assertThat(raw("GET " + path + " HTTP/1.1\r\nHost: localhost"))
        .matches("(?s)HTTP/1.1 4\\d\\d .*")
        .doesNotContain("root:", "Location:");
  }

  private String raw(String head) throws Exception {
    try (var socket = new Socket("127.0.0.1", dashboard.uri().getPort())) {
      socket
          .getOutputStream()
          .write((head + "\r\nConnection: close\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  @Test
  void bodyThatIsTooLong_isRefused() throws Exception {
    Client client = client(Dashboard.of(omniq)).withToken();

    Answer refused = client.post("bulk", " ".repeat(3 << 20));

    assertThat(refused.status()).isEqualTo(413);
    assertThat(cancel(new Client(dashboard).withToken()).status()).isEqualTo(200);
  }

  @Test
  void deeplyNestedBody_isRefused() throws Exception {
    Client client = client(Dashboard.of(omniq)).withToken();

    assertThat(
            client.post("tasks", "{\"name\":\"x\",\"arguments\":" + "[".repeat(100_000)).status())
        .isEqualTo(400);
  }

  @Test
  void formOfAForeignPage_isRefused_howeverLarge() throws Exception {
    Client client = client(Dashboard.of(omniq));
    client.header("Content-Type", "application/x-www-form-urlencoded");

    assertThat(client.post("bulk", "action=delete&filter=x").status()).isEqualTo(403);
    client.withToken();
    assertThat(client.post("bulk", "a=b&".repeat(2_000) + "c=" + "x".repeat(300_000)).status())
        .isBetween(400, 499);
    assertThat(isUntouched()).isTrue();
  }

  @Test
  void guesser_takesFewThreads_andWhoIsLetInIsServed() throws Exception {
    client(Access.passwords(USERS));
    Client ada = new Client(dashboard).login("ada", "engine-1842");
    assertThat(ada.get("session").status()).isEqualTo(200);

    List<CompletableFuture<Integer>> guesses =
        IntStream.range(0, 30)
            .mapToObj(
                i ->
                    CompletableFuture.supplyAsync(
                        () -> {
                          try {
                            return new Client(dashboard)
                                .login("ada", "wrong-" + i)
                                .get("session")
                                .status();
                          } catch (Exception e) {
                            throw new IllegalStateException(e);
                          }
                        },
                        guessers))
            .toList();

    assertThat(ada.get("session").status()).isEqualTo(200);
    assertThat(guesses.stream().map(CompletableFuture::join)).contains(429).contains(401);
  }

  @Test
  void wrongPasswords_areRefused_andTheBrowserIsAsked() throws Exception {
    Client client = client(Access.passwords(USERS));

    Answer nobody = client.get("session");
    assertThat(nobody.status()).isEqualTo(401);
    assertThat(nobody.http().headers().firstValue("WWW-Authenticate").orElse(""))
        .startsWith("Basic realm=");
    for (String[] wrong :
        new String[][] {{"ada", "engine-1843"}, {"nobody", "engine-1842"}, {"ada", ""}, {"", ""}}) {
      assertThat(new Client(dashboard).login(wrong[0], wrong[1]).get("session").status())
          .isEqualTo(401);
    }
    for (String header : new String[] {"Basic", "Basic !", "Basic YQ==", "Bearer x", ""}) {
      assertThat(new Client(dashboard).header("Authorization", header).get("session").status())
          .isEqualTo(401);
    }
    assertThat(client.get("../").status()).as("the pages").isEqualTo(401);
    assertThat(client.get("events").status()).as("events").isEqualTo(401);
  }

  @Test
  void operator_mayAct_andViewerMayLook() throws Exception {
    client(Access.passwords(USERS));
    Client eve = new Client(dashboard).login("eve", "only-looking").withToken();
    Client ada = new Client(dashboard).login("ada", "engine-1842").withToken();

    assertThat(eve.get("tasks").status()).isEqualTo(200);
    assertThat(eve.get("session").json().get("role").stringValue()).isEqualTo("VIEWER");
    Answer refused = cancel(eve);
    assertThat(refused.status()).isEqualTo(403);
    assertThat(refused.detail()).contains("OPERATOR", "eve");
    assertThat(isUntouched()).isTrue();

    assertThat(ada.get("session").json().get("role").stringValue()).isEqualTo("OPERATOR");
    assertThat(cancel(ada).status()).isEqualTo(200);
    assertThat(isUntouched()).isFalse();
  }

  @Test
  void changeWithoutTheToken_isRefused() throws Exception {
    Client client = client(Dashboard.of(omniq));

    assertThat(cancel(client).status()).isEqualTo(403);
    assertThat(cancel(client.header("X-OmniQ-Token", "guess")).detail()).contains("X-OmniQ-Token");
    assertThat(isUntouched()).isTrue();
  }

  @Test
  void tokenOfAnother_isOfNoUse() throws Exception {
    client(Access.passwords(USERS));
    String token =
        new Client(dashboard)
            .login("eve", "only-looking")
            .get("session")
            .json()
            .get("headers")
            .get("X-OmniQ-Token")
            .stringValue();

    assertThat(
            cancel(new Client(dashboard).login("ada", "engine-1842").header("X-OmniQ-Token", token))
                .status())
        .isEqualTo(403);
    assertThat(isUntouched()).isTrue();
  }

  @Test
  void changeFromAPageOfAnotherOrigin_isRefused_evenWithTheToken() throws Exception {
    Client client = client(Dashboard.of(omniq)).withToken();

    assertThat(cancel(client.header("Origin", "http://evil.example")).status()).isEqualTo(403);
    assertThat(cancel(client.header("Origin", "null")).status()).isEqualTo(403);
    client.header("Origin", "http://127.0.0.1:" + dashboard.uri().getPort());
    assertThat(cancel(client.header("Sec-Fetch-Site", "cross-site")).status()).isEqualTo(403);
    assertThat(isUntouched()).isTrue();
    assertThat(cancel(client.header("Sec-Fetch-Site", "same-origin")).status()).isEqualTo(200);
  }

  @Test
  void proxy_isBelieved_ifItIsTrusted() throws Exception {
    Client client = client(Access.proxy("X-Forwarded-User", Set.of("127.0.0.1"), Set.of("ada")));

    assertThat(client.get("session").status()).isEqualTo(401);
    client.header("X-Forwarded-User", "ada");
    assertThat(client.get("session").json().get("role").stringValue()).isEqualTo("OPERATOR");
    client.header("X-Forwarded-User", "grace");
    assertThat(client.get("session").json().get("role").stringValue()).isEqualTo("VIEWER");

    assertThat(
            raw(
                "GET /api/session HTTP/1.1\r\nHost: localhost"
                    + "\r\nX-Forwarded-User: ada\r\nX-Forwarded-User: grace"))
        .as("who of both?")
        .startsWith("HTTP/1.1 401");

    dashboard.close();
    Client other = client(Access.proxy("X-Forwarded-User", Set.of("10.0.0.1"), Set.of("ada")));
    assertThat(other.header("X-Forwarded-User", "ada").get("session").status()).isEqualTo(401);
  }

  @Test
  void hashes_haveSaltOfTheirOwn_andShowNoPassword() {
    String hash = Login.hash("engine-1842");

    assertThat(hash).isNotEqualTo(Login.hash("engine-1842")).startsWith("pbkdf2-sha256$600000$");
    assertThat(new Login(hash, Role.VIEWER).toString()).doesNotContain(hash);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Login("engine-1842", Role.VIEWER))
        .withMessageNotContaining("engine-1842");
    assertThatIllegalArgumentException().isThrownBy(() -> Login.hash("short"));
    assertThatIllegalArgumentException().isThrownBy(() -> Access.passwords(Map.of()));
  }
}
