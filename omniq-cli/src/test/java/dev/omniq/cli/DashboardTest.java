package dev.omniq.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.omniq.OmniQ;
import dev.omniq.TaskRequest;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code omniq dashboard} as a process. */
@Timeout(120)
class DashboardTest {
  @TempDir Path directory;
  private String store;

  @BeforeEach
  void fill() {
    store = "file:" + directory.resolve("store");
    try (OmniQ omniq = OmniQ.open(store)) {
      omniq.enqueue(TaskRequest.named("reports.nightly", List.of()).queue("reports"));
    }
  }

  private Process start(String... options) throws Exception {
    List<String> args = new ArrayList<>(List.of("dashboard", "--store", store));
    args.addAll(List.of(options));
    return Cli.start(directory, List.of(), args.toArray(String[]::new));
  }

  private static int get(URI uri, String login) throws Exception {
    HttpRequest.Builder request = HttpRequest.newBuilder(uri);
    if (!login.isEmpty()) {
      request.header(
          "Authorization",
          "Basic " + Base64.getEncoder().encodeToString(login.getBytes(StandardCharsets.UTF_8)));
    }
    return HttpClient.newHttpClient().send(request.build(), BodyHandlers.discarding()).statusCode();
  }

  private static URI address(Process process) throws Exception {
    var out =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    return URI.create(Cli.json(out.readLine()).get("url").stringValue());
  }

  private static int end(Process process) throws Exception {
    process.destroy();
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    return process.exitValue();
  }

  @Test
  void dashboard_isThere_untilTheSignal() throws Exception {
    Process process = start("--port", "0", "--json");
    URI address = address(process);

    assertThat(get(address, "")).isEqualTo(200);
    assertThat(get(address.resolve("api/queues"), "")).isEqualTo(200);
    assertThat(end(process)).isEqualTo(143);
  }

  @Test
  void usersOfTheFile_areLetIn() throws Exception {
    Process hashing = start("--hash-password");
    try (OutputStream in = hashing.getOutputStream()) {
      in.write("engine-1842\n".getBytes(StandardCharsets.UTF_8));
    }
    Cli.Ended hashed = Cli.end(hashing);
    String hash = hashed.out().substring(hashed.out().indexOf("pbkdf2")).strip();
    Path users =
        Files.writeString(directory.resolve("users"), "# who\n\nada operator " + hash + "\n");
    Process process =
        start("--port", "0", "--json", "--host", "0.0.0.0", "--users", users.toString());
    URI address = address(process).resolve("api/session");

    assertThat(get(address, "")).isEqualTo(401);
    assertThat(get(address, "ada:engine-1843")).isEqualTo(401);
    assertThat(get(address, "ada:engine-1842")).isEqualTo(200);
    assertThat(end(process)).isEqualTo(143);
  }

  @Test
  void whatWouldLetEverybodyIn_isRefused() throws Exception {
    Cli.Ended ended = Cli.end(start("--host", "0.0.0.0"));

    assertThat(ended.exitCode()).isEqualTo(2);
    assertThat(ended.err()).contains("can be reached from other machines");
  }

  @Test
  void fileOfUsers_thatIsWrong_isRefusedWithItsLine() throws Exception {
    Path users = Files.writeString(directory.resolve("users"), "# who\nada admin x\n");

    Cli.Ended ended = Cli.end(start("--users", users.toString()));

    assertThat(ended.exitCode()).isEqualTo(2);
    assertThat(ended.err()).contains("line 2", "viewer or operator");
    Cli.Ended missing = Cli.end(start("--users", directory.resolve("nobody").toString()));
    assertThat(missing.exitCode()).isEqualTo(1);
    assertThat(missing.err()).contains("nobody");
  }

  @Test
  void storeThatIsNotThere_isNotMade() throws Exception {
    Cli.Ended ended =
        Cli.end(
            Cli.start(
                directory,
                List.of(),
                "dashboard",
                "--store",
                "file:" + directory.resolve("nothing")));

    assertThat(ended.exitCode()).isEqualTo(1);
    assertThat(Files.exists(directory.resolve("nothing"))).isFalse();
  }

  @Test
  void help_tellsHowToLetOthersIn() {
    assertThat(Cli.run("dashboard", "--help").out())
        .contains("--users", "--proxy-header", "Examples");
  }
}
