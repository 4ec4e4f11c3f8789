package dev.omniq.dashboard;

import static dev.omniq.TaskRequest.task;
import static org.assertj.core.api.Assertions.assertThat;

import dev.omniq.TaskContext;
import dev.omniq.TaskRequest;
import dev.omniq.TaskType;
import dev.omniq.task.TaskId;
import dev.omniq.task.TaskQuery;
import dev.omniq.task.TaskStatus;
import dev.omniq.worker.Worker;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.openqa.selenium.Keys;

/** Every page and every action, in a real browser. */
class PagesTest {
  @TempDir private static Path profile;
  @TempDir private Path directory;

  private static Browser browser;

  private SampleQueue queue;
  private Dashboard dashboard;

  @BeforeAll
  static void openBrowser() {
    browser = new Browser(profile);
  }

  @AfterAll
  static void closeBrowser() {
    if (browser != null) {
      browser.close();
    }
  }

  @BeforeEach
  void start() throws InterruptedException {
    queue = new SampleQueue(directory);
    dashboard = Dashboard.of(queue.omniq).port(0).start();
    browser.home(dashboard.uri());
  }

  @AfterEach
  void stop() {
    try {
      browser.assertClean();
    } finally {
      browser.run("location.href = 'about:blank'");
      dashboard.close();
      queue.close();
    }
  }

  private TaskStatus status(TaskId id) {
    return queue.omniq.task(id).orElseThrow().status();
  }

  @Test
  void overview_countsTasks_andTellsWhatIsWrong() {
    browser.open("/");

    browser.awaitText("[data-test=count-SUCCESS]", "13");
    browser.awaitText("[data-test=count-RUNNING]", "1");
    browser.awaitText(".finding", "the bank does not answer");
    browser.await(".live.on");
    browser.await(".uplot canvas");
    assertThat(browser.texts(".panel h2")).contains("Throughput", "Lateness at the start");
  }

  @Test
  void overview_followsWhatHappens_withoutLoadingThePageAgain() throws Exception {
    browser.open("/");
    browser.awaitText("[data-test=count-SUCCESS]", "13");
    browser.run("window.notLoadedAgain = true");

    // Documents show more than a test needs.
    int batches = Browser.makesPictures() ? 100 : 1;
    for (int batch = 1; batch <= batches; batch++) {
      queue.omniq.enqueueAll(
          Stream.generate(() -> task(SampleQueue.Shop::sendInvoice, 7)).limit(20).toList());
      if (batch % 10 == 0) {
        queue.omniq.retry(queue.failed);
      }
      if (Browser.makesPictures()) {
        Thread.sleep(300 + 400 * (batch / 20 % 2));
      }
    }

    browser.awaitText("[data-test=count-SUCCESS]", count(13 + 20 * batches));
    assertThat(browser.run("return window.notLoadedAgain")).isEqualTo(true);
    browser.picture("overview");
  }

  private static String count(int number) {
    return String.format(Locale.ROOT, "%,d", number);
  }

  @Test
  void tasks_areFilteredByStatusInTheAddress() throws IOException {
    browser.open("/tasks");
    browser.await("tr[data-id='" + queue.failed + "']");
    browser.await(".live.on");
    browser.picture("tasks");

    browser.link("FAILED").click();

    browser.awaitGone("tr[data-id='" + queue.done + "']");
    browser.await("tr[data-id='" + queue.failed + "']");
    assertThat(browser.address()).endsWith("#/tasks?status=FAILED");
    assertThat(browser.count("tbody tr")).isEqualTo(1);
  }

  @Test
  void tasks_areSearchedByLabelAndName() {
    browser.open("/tasks");
    browser.type("#search", "customer=ada", Keys.ENTER);

    browser.awaitGone("tr[data-id='" + queue.failed + "']");
    browser.await("tr[data-id='" + queue.done + "']");
    assertThat(browser.address()).contains("label=customer%3Dada");

    browser.open("/tasks?name=reports.nightly");
    browser.await("tr[data-id='" + queue.secret + "']");
    assertThat(browser.count("tbody tr")).isEqualTo(1);
  }

  @Test
  void tasks_areSearchedById() {
    browser.open("/tasks");
    browser.type("#search", queue.failed.toString(), Keys.ENTER);

    browser.awaitText("h1", "chargeCard");
    assertThat(browser.address()).endsWith("#/tasks/" + queue.failed);
  }

  @Test
  void tasks_arePaged() {
    queue.omniq.enqueueAll(
        Stream.generate(() -> task(SampleQueue.Shop::sendInvoice, 7).delay(Duration.ofDays(1)))
            .limit(60)
            .toList());
    browser.open("/tasks?status=PENDING");
    browser.await("tbody tr:nth-child(50)");

    browser.link("Older").click();

    browser.await("tr[data-id='" + queue.waiting + "']");
    assertThat(browser.count("tbody tr")).isEqualTo(13);
    browser.link("Newest").click();
    browser.await("tbody tr:nth-child(50)");
  }

  @Test
  void tasks_showWhatHappensMeanwhile() {
    browser.open("/tasks");
    browser.await("tr[data-id='" + queue.done + "']");

    TaskId id = queue.omniq.enqueue(task(SampleQueue.Shop::sendInvoice, 123));

    browser.await("tr[data-id='" + id + "'] .SUCCESS");
  }

  @Test
  void selectedTasks_areChangedTogether_afterAQuestionThatCounts() throws IOException {
    browser.open("/tasks?status=PENDING");
    browser.click("tr[data-id='" + queue.waiting + "'] input");
    browser.click("tr[data-id='" + queue.secret + "'] input");
    browser.awaitText(".bulk", "2 tasks selected");

    browser.click("[data-test=bulk-cancel]");
    browser.awaitText("dialog[open]", "Cancel 2 tasks?");
    browser.picture("question");
    browser.click("dialog[open] button:not([data-test])");
    browser.awaitGone("dialog[open]");
    assertThat(status(queue.waiting)).isEqualTo(TaskStatus.PENDING);

    browser.click("[data-test=bulk-cancel]");
    browser.click("[data-test=confirm]");

    browser.awaitText(".note", "2 tasks done");
    assertThat(status(queue.waiting)).isEqualTo(TaskStatus.CANCELLED);
    assertThat(status(queue.secret)).isEqualTo(TaskStatus.CANCELLED);
  }

  @Test
  void allThatMatch_areChangedTogether() {
    queue.omniq.enqueueAll(
        Stream.generate(
                () ->
                    task(SampleQueue.Shop::sendInvoice, 7)
                        .label("batch", "7")
                        .delay(Duration.ofDays(1)))
            .limit(60)
            .toList());
    browser.open("/tasks?label=batch%3D7");
    browser.await("tbody tr:nth-child(50)");
    browser.click("thead input");

    browser.click("[data-test=all-delete]");
    browser.awaitText("dialog[open]", "Delete 60 tasks?");
    browser.click("[data-test=confirm]");

    browser.awaitText(".note", "60 tasks done");
    assertThat(queue.omniq.tasks(TaskQuery.all().label("batch", "7"))).isEmpty();
  }

  @Test
  void oneTask_showsArgumentsTimelineAndErrors() throws IOException {
    browser.open("/tasks/" + queue.failed);

    browser.awaitText(".timeline", "attempt 1 ended: RUNTIME");
    browser.awaitText("main", "IllegalStateException: the bank does not answer");
    assertThat(browser.count("details[open]")).isZero();
    browser.click("details summary");
    browser.awaitText("details pre", "at dev.omniq.dashboard.SampleQueue$Shop.chargeCard");
    browser.picture("task");
  }

  @Test
  void secrets_areMasked() {
    browser.open("/tasks/" + queue.failed);
    browser.awaitText("[data-test=arguments]", "\"card_token\": \"•••\"");
    browser.awaitText("[data-test=arguments]", "Hopper");

    browser.open("/tasks/" + queue.secret);
    browser.awaitText("[data-test=arguments]", "\"api_key\": \"•••\"");
  }

  /** Names, arguments, labels, errors and the like may come from anywhere. */
  @Test
  void whatTasksSay_isTextOnEveryPage() throws Exception {
    String evil = "<img src=x onerror=\"document.title='owned'\">";
    TaskType<String> type = TaskType.of(evil, String.class);
    var running = new CountDownLatch(1);
    var mayEnd = new CountDownLatch(1);
    try (Worker worker =
        queue
            .omniq
            .worker()
            .queues(evil)
            .handle(
                type,
                text -> {
                  TaskContext.current().progress(0.5, evil);
                  TaskContext.current().log(evil);
                  if (text.equals("wait")) {
                    running.countDown();
                    mayEnd.await();
                  }
                  throw new IllegalStateException(evil);
                })
            .start()) {
      TaskRequest request = type.with(evil).queue(evil).label(evil, evil).maxRetries(0);
      TaskId failed = queue.omniq.enqueue(request);
      queue.omniq.await(failed, Duration.ofSeconds(30));
      queue.omniq.enqueue(request.interval(Duration.ofHours(1)).uniqueKey(evil));
      queue.omniq.enqueue(type.with("wait").queue(evil).maxRetries(0));
      running.await();

      String encoded = URLEncoder.encode(evil, StandardCharsets.UTF_8).replace("+", "%20");
      for (String page :
          List.of(
              "/",
              "/tasks",
              "/tasks?name=" + encoded,
              "/tasks?label=" + encoded + "%3D" + encoded,
              "/tasks/" + failed,
              "/series",
              "/queues",
              "/workers")) {
        browser.open(page);
        browser.awaitText("main", "onerror");
        assertThat(browser.count("img[src=x]")).as(page).isZero();
        assertThat(browser.run("return document.title")).as(page).isNotEqualTo("owned");
      }
      browser.open("/" + encoded);
      browser.awaitText("h1", "There is no such page");
      mayEnd.countDown();
    }
  }

  @Test
  void runningTask_showsItsProgress_andItsEndAsItComes() {
    browser.open("/tasks/" + queue.running);
    browser.await("progress");
    browser.awaitText("main", "40 % page 40 of 100");
    browser.awaitText("main", "reading spring.csv");

    queue.letRunningEnd();

    browser.awaitText("h1", "SUCCESS");
  }

  @Test
  void waitingTask_isRunNow() {
    browser.open("/tasks/" + queue.waiting);

    browser.click("[data-test=run-now]");

    browser.awaitText(".note", "due now");
    browser.awaitText("h1", "SUCCESS");
  }

  @Test
  void failedTask_isRetried() {
    browser.open("/tasks/" + queue.failed);

    browser.click("[data-test=retry]");

    browser.awaitText(".note", "retried");
  }

  @Test
  void runningTask_isCancelled() {
    browser.open("/tasks/" + queue.running);

    browser.click("[data-test=cancel]");
    browser.awaitText("dialog[open]", "Cancel this task?");
    browser.click("[data-test=confirm]");

    browser.awaitText("h1", "CANCELLED");
    assertThat(status(queue.running)).isEqualTo(TaskStatus.CANCELLED);
  }

  @Test
  void task_isDeleted() {
    browser.open("/tasks");
    browser.click("tr[data-id='" + queue.done + "'] a.row");

    browser.click("[data-test=delete]");
    browser.click("[data-test=confirm]");

    browser.awaitText(".note", "deleted");
    assertThat(queue.omniq.task(queue.done)).isEmpty();
  }

  @Test
  void series_areShownWithTheirRuns_andEnded() throws IOException {
    browser.open("/series");
    browser.awaitText("tbody tr", "1h after each run");
    assertThat(browser.count(".dots a.SUCCESS")).isEqualTo(1);
    browser.picture("series");

    browser.click("a.row");
    browser.click("[data-test=end-series]");
    browser.awaitText("dialog[open]", "End this series?");
    browser.click("[data-test=confirm]");

    browser.awaitText(".note", "series cancelled");
    browser.awaitText("h1", "CANCELLED");
  }

  @Test
  void queues_areCounted() throws IOException {
    browser.open("/queues");
    browser.awaitText("tbody tr:nth-child(2)", "reports");
    browser.awaitText("main", "reports.nightly: 1 live task");
    browser.picture("queues");

    browser.click("tbody tr:nth-child(2) a.row");
    browser.await("tr[data-id='" + queue.secret + "']");
  }

  @Test
  void workers_areShownWithWhatTheyRun() throws IOException {
    browser.open("/workers");
    browser.awaitText("tbody tr", "importCatalogue");
    browser.awaitText("tbody tr", "40 %");
    browser.awaitText("[data-test=skew]", "ms");
    browser.picture("workers");
  }

  @Test
  void keys_reachEveryPageAndRow() {
    browser.open("/");
    browser.press("gt");
    browser.await("tr[data-id='" + queue.done + "']");
    browser.press("j");
    browser.press("x");
    browser.awaitText(".bulk", "1 task selected");
    browser.press("/");
    assertThat(browser.run("return document.activeElement.id")).isEqualTo("search");
    browser.run("document.activeElement.blur()");
    browser.press("gw");
    browser.awaitText("h1", "Workers");
    browser.press("?");
    browser.awaitText("dialog[open]", "next row");
    browser.press(Keys.ESCAPE);
    browser.awaitGone("dialog[open]");
  }

  @Test
  void colours_areDarkOnDemand_andStay() throws IOException {
    browser.open("/tasks");
    browser.run("localStorage.clear(); location.reload()");
    browser.await("tr[data-id='" + queue.done + "']");
    browser.click("[data-test=theme]");
    browser.await("html[data-theme=dark]");

    browser.open("/");
    browser.await("html[data-theme=dark]");
    browser.await(".uplot canvas");
    browser.await(".live.on");
    browser.picture("dark");
    browser.run("localStorage.clear()");
  }

  @ParameterizedTest
  @ValueSource(strings = {"light", "dark"})
  void contrast_isEnoughEverywhere(String theme) {
    for (String page :
        new String[] {"/", "/tasks", "/tasks/" + queue.failed, "/series", "/queues", "/workers"}) {
      browser.open(page);
      browser.run("localStorage.setItem('omniq-theme', arguments[0]); location.reload()", theme);
      browser.await("html[data-theme=" + theme + "] main > *");
      browser.await("h1");
      assertThat(browser.run(Contrast.SCRIPT)).as(page + " in the " + theme).isEqualTo("");
    }
    browser.run("localStorage.clear()");
  }

  @Test
  void pages_fitASmallScreen() throws IOException {
    browser.size(500, 800);
    try {
      browser.open("/tasks");
      browser.await("tr[data-id='" + queue.done + "']");
      assertThat(browser.run("return document.documentElement.scrollWidth <= innerWidth"))
          .isEqualTo(true);
    } finally {
      browser.size(1360, 1000);
    }
  }

  @Test
  void unknownPageAndTask_areSaid() {
    browser.expectError("404");
    browser.open("/nothing");
    browser.awaitText("h1", "There is no such page");
    browser.open("/tasks/" + TaskId.next(java.time.Instant.now()));
    browser.awaitText("[role=alert]", "There is no task");
  }
}
