package dev.omniq.dashboard;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Roles as people meet them, and a page of somebody else that tries to act for them. */
class LoginPagesTest {
  @TempDir private Path profile;
  @TempDir private Path directory;

  private Browser browser;
  private SampleQueue queue;
  private Dashboard dashboard;

  @BeforeEach
  void start() throws InterruptedException {
    browser = new Browser(profile);
    queue = new SampleQueue(directory);
    dashboard =
        Dashboard.of(queue.omniq)
            .port(0)
            .access(
                Access.passwords(
                    Map.of(
                        "ada", new Login(Login.hash("engine-1842"), Role.OPERATOR),
                        "eve", new Login(Login.hash("only-looking"), Role.VIEWER))))
            .start();
  }

  @AfterEach
  void stop() {
    browser.close();
    dashboard.close();
    queue.close();
  }

  private void login(String user, String password) {
    browser.home(
        URI.create(
            "http://%s:%s@127.0.0.1:%d/".formatted(user, password, dashboard.uri().getPort())));
    // The address of a page with a login must not be what its requests are relative to.
    browser.open("/");
    browser.home(dashboard.uri());
    browser.open("/tasks");
  }

  @Test
  void viewer_looks_andHasNothingToActWith() {
    login("eve", "only-looking");
    browser.awaitText("header", "eve, viewer");
    browser.await("tr[data-id='" + queue.waiting + "']");
    assertThat(browser.count("input[type=checkbox][aria-label^='Select']")).isZero();

    browser.open("/tasks/" + queue.waiting);
    browser.awaitText("h1", "sendInvoice");
    assertThat(browser.count("[data-test=cancel]")).isZero();
  }

  @Test
  void operator_acts() {
    login("ada", "engine-1842");
    browser.awaitText("header", "ada, operator");

    browser.open("/tasks/" + queue.waiting);
    browser.click("[data-test=cancel]");
    browser.click("[data-test=confirm]");

    browser.awaitText("h1", "CANCELLED");
    browser.assertClean();
  }

  @Test
  void pageOfSomebodyElse_cannotAct_thoughTheBrowserIsLoggedIn() throws IOException {
    login("ada", "engine-1842");
    String action = dashboard.uri() + "api/tasks/" + queue.waiting + "/cancel";
    try (var evil = new ForeignPage(action)) {
      browser.visit(evil.uri());
      browser.awaitText("#tried", "form and fetch tried");
    }

    assertThat(queue.omniq.task(queue.waiting).orElseThrow().status().isLive()).isTrue();
  }
}
