package dev.omniq.dashboard;

import static org.assertj.core.api.Assertions.assertThat;

import dev.omniq.TaskRequest;
import dev.omniq.dashboard.Client.Answer;
import dev.omniq.task.TaskId;
import dev.omniq.task.TaskStatus;
import io.swagger.v3.parser.OpenAPIV3Parser;
import io.swagger.v3.parser.core.models.SwaggerParseResult;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The API as a program sees it; every answer is held against the document that describes it. */
class ApiTest {
  @TempDir private Path directory;

  private OpenApi description;
  private SampleQueue queue;
  private Dashboard dashboard;
  private Client client;

  @BeforeEach
  void start() throws Exception {
    description = new OpenApi();
    queue = new SampleQueue(directory);
    dashboard = Dashboard.of(queue.omniq).port(0).mask("owner").start();
    client = new Client(dashboard).withToken();
  }

  @AfterEach
  void stop() {
    dashboard.close();
    queue.close();
  }

  private Answer call(String operation, String path, String body) throws Exception {
    Answer answer = client.send(operation.split(" ")[0], path, body);
    description.assertDescribes(operation, answer);
    return answer;
  }

  private Answer get(String path) throws Exception {
    return call("GET /" + path.split("\\?")[0], path, "");
  }

  private TaskStatus status(TaskId id) {
    return queue.omniq.task(id).orElseThrow().status();
  }

  @Test
  void description_isAnOpenApiDocument() {
    SwaggerParseResult parsed = new OpenAPIV3Parser().readContents(description.text());

    assertThat(parsed.getMessages()).isEmpty();
    assertThat(parsed.getOpenAPI().getPaths()).isNotEmpty();
  }

  @Test
  void description_hasEveryRoute_andNoOther() {
    var router = new Router();
    var sampler = new Sampler(queue.omniq, new LiveEvents());
    new LookApi(
            queue.omniq, sampler, new Masking(java.util.List.of()), new Guard(Access.loopback()))
        .addTo(router);
    new ActApi(queue.omniq).addTo(router);
    sampler.close();

    assertThat(description.operations())
        .containsExactlyInAnyOrderElementsOf(
            Stream.concat(router.all().stream(), Stream.of("GET /events")).toList());
  }

  @ParameterizedTest
  @ValueSource(strings = {"session", "overview", "tasks", "series", "queues", "workers", "health"})
  void everyLook_answersAsDescribed(String path) throws Exception {
    assertThat(get(path).status()).isEqualTo(200);
  }

  @Test
  void tasks_areFiltered_andPaged() throws Exception {
    Answer first = get("tasks?status=SUCCESS&queue=default&limit=5");
    assertThat(first.json().get("tasks")).hasSize(5);
    Answer next =
        get("tasks?status=SUCCESS&limit=500&after=" + first.json().get("next").stringValue());
    assertThat(next.json().get("tasks")).hasSize(8);
    assertThat(next.json().has("next")).isFalse();
    assertThat(get("tasks?label=customer%3Dada").json().get("tasks")).hasSize(1);
    assertThat(get("tasks?recurring=true").json().get("tasks")).hasSize(2);
    assertThat(get("tasks?created_before=2020-01-01T00:00:00Z").json().get("tasks")).isEmpty();
    assertThat(get("count?status=SUCCESS,FAILED").json().get("count").asInt()).isEqualTo(14);
    assertThat(get("tasks?series=" + queue.series).json().get("tasks")).hasSize(2);
  }

  @ParameterizedTest
  @CsvSource({
    "tasks?status=DONE, status must be one of",
    "tasks?limit=0, limit must be between 1 and 500",
    "tasks?limit=many, limit cannot be",
    "tasks?nmae=x, no parameter",
    "tasks?label=x, label must be NAME=VALUE",
    "tasks?created_from=yesterday, created_from cannot be",
    "tasks?recurring=perhaps, recurring cannot be",
    "tasks?after=1, 1",
  })
  void whatCannotBeMeant_isRefusedWithItsReason(String path, String reason) throws Exception {
    Answer answer = get(path);

    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.detail()).contains(reason);
  }

  @Test
  void task_isShownWhole_withoutItsSecrets() throws Exception {
    Answer answer = call("GET /tasks/{id}", "tasks/" + queue.failed, "");

    assertThat(answer.body()).doesNotContain("4111-1111").doesNotContain("Hopper");
    assertThat(answer.json().get("arguments").get(0).get("owner").stringValue())
        .isEqualTo(Masking.MASK);
    assertThat(answer.json().get("errors").get(0).get("stack_trace").stringValue())
        .contains("chargeCard");
  }

  @Test
  void unknownTasks_areNotFound() throws Exception {
    TaskId unknown = TaskId.next(Instant.now());

    for (String operation :
        new String[] {
          "GET /tasks/{id}",
          "DELETE /tasks/{id}",
          "POST /tasks/{id}/cancel",
          "POST /tasks/{id}/retry",
          "POST /tasks/{id}/run-now"
        }) {
      String path = operation.split(" ")[1].substring(1).replace("{id}", unknown.toString());
      Answer answer = call(operation, path, "");
      assertThat(answer.status()).as(operation).isEqualTo(404);
      assertThat(answer.detail()).contains(unknown.toString());
    }
    assertThat(call("GET /tasks/{id}", "tasks/nothing", "").status()).isEqualTo(400);
  }

  @Test
  void actions_changeTheirTask() throws Exception {
    assertThat(call("POST /tasks/{id}/retry", "tasks/" + queue.failed + "/retry", "").status())
        .isEqualTo(200);
    assertThat(call("POST /tasks/{id}/cancel", "tasks/" + queue.running + "/cancel", "").status())
        .isEqualTo(200);
    assertThat(status(queue.running)).isEqualTo(TaskStatus.CANCELLED);
    assertThat(call("POST /tasks/{id}/run-now", "tasks/" + queue.secret + "/run-now", "").status())
        .isEqualTo(200);
    assertThat(queue.omniq.task(queue.secret).orElseThrow().dueAt()).isBefore(Instant.now());
    assertThat(call("DELETE /tasks/{id}", "tasks/" + queue.done, "").status()).isEqualTo(200);
    assertThat(queue.omniq.task(queue.done)).isEmpty();
    assertThat(call("POST /series/{id}/cancel", "series/" + queue.series + "/cancel", "").status())
        .isEqualTo(200);
  }

  @Test
  void actions_thatDoNotFit_areConflicts() throws Exception {
    assertThat(call("POST /tasks/{id}/cancel", "tasks/" + queue.done + "/cancel", "").status())
        .isEqualTo(409);
    assertThat(call("POST /tasks/{id}/run-now", "tasks/" + queue.done + "/run-now", "").status())
        .isEqualTo(409);
    assertThat(call("POST /tasks/{id}/retry", "tasks/" + queue.waiting + "/retry", "").status())
        .isEqualTo(409);
    assertThat(call("DELETE /tasks/{id}", "tasks/" + queue.running, "").status()).isEqualTo(409);
    assertThat(call("POST /series/{id}/cancel", "series/" + queue.done + "/cancel", "").status())
        .isEqualTo(409);
  }

  @Test
  void bulk_changesThoseWithIds_andSaysWhichNot() throws Exception {
    Answer answer =
        call(
            "POST /bulk",
            "bulk",
            "{\"action\": \"cancel\", \"ids\": [\"%s\", \"%s\"]}"
                .formatted(queue.waiting, queue.done));

    assertThat(answer.json().get("done").asInt()).isEqualTo(1);
    assertThat(answer.json().get("refused").get(0).get("id").stringValue())
        .isEqualTo(queue.done.toString());
    assertThat(status(queue.waiting)).isEqualTo(TaskStatus.CANCELLED);
  }

  @Test
  void bulk_changesThoseThatMatch() throws Exception {
    Answer answer =
        call(
            "POST /bulk",
            "bulk",
            "{\"action\": \"delete\", \"filter\": {\"label\": {\"customer\": \"grace\"}}}");

    assertThat(answer.json().get("done").asInt()).isEqualTo(11);
    assertThat(answer.json().has("next")).isFalse();
  }

  @Test
  void bulk_ofMoreThanFitIntoARequest_goesOnWhereItEnded() throws Exception {
    queue.omniq.enqueueAll(
        Stream.generate(() -> TaskRequest.named("many", List.of()).delay(Duration.ofDays(1)))
            .limit(10_500)
            .toList());
    String body = "{\"action\": \"cancel\", \"filter\": {\"name\": \"many\"}%s}";

    Answer first = call("POST /bulk", "bulk", body.formatted(""));
    String next = first.json().get("next").stringValue();
    Answer second = call("POST /bulk", "bulk", body.formatted(", \"after\": \"" + next + "\""));

    assertThat(first.json().get("done").asInt()).isEqualTo(10_000);
    assertThat(second.json().get("done").asInt()).isEqualTo(500);
    assertThat(second.json().has("next")).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "{\"action\": \"cancel\", \"ids\": [], \"after\": \"019ac9d2-6f00-7000-8000-000000000001\"}",
        "{\"action\": \"cancel\"}",
        "{\"action\": \"explode\", \"ids\": []}",
        "{\"action\": \"delete\", \"filter\": {}}",
        "{\"action\": \"delete\", \"filter\": {\"nmae\": \"x\"}}",
        "{\"action\": \"delete\", \"ids\": [\"1\"]}",
        "[]",
        "null",
        "{",
      })
  void bulk_thatMeansNothing_changesNothing(String body) throws Exception {
    assertThat(call("POST /bulk", "bulk", body).status()).isEqualTo(400);
    assertThat(queue.omniq.task(queue.waiting)).isPresent();
  }

  @Test
  void task_isEnqueued() throws Exception {
    Answer created =
        call(
            "POST /tasks",
            "tasks",
            """
            {"name": "reports.nightly", "arguments": ["x", null], "queue": "reports", "delay": "PT1H",
             "unique_key": "nightly", "labels": {"from": "api"}, "priority": 3, "max_retries": 1}
            """);
    Answer again =
        call(
            "POST /tasks",
            "tasks",
            "{\"name\": \"reports.nightly\", \"queue\": \"reports\","
                + " \"unique_key\": \"nightly\"}");

    assertThat(created.status()).isEqualTo(201);
    assertThat(again.status()).isEqualTo(200);
    assertThat(again.json().get("id")).isEqualTo(created.json().get("id"));
    TaskId id = TaskId.parse(created.json().get("id").stringValue());
    assertThat(queue.omniq.task(id).orElseThrow().arguments()).isEqualTo("[\"x\",null]");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "{\"name\": \" \"}",
        "{\"name\": \"x\", \"priority\": 10}",
        "{\"name\": \"x\", \"eta\": \"2026-01-01T00:00:00\"}",
        "{\"name\": \"x\", \"delay\": \"PT1S\", \"eta\": \"2026-01-01T00:00:00Z\"}",
        "{\"name\": \"x\", \"interval\": \"-PT1S\"}",
      })
  void task_thatCannotBe_isRefused(String body) throws Exception {
    assertThat(call("POST /tasks", "tasks", body).status()).isEqualTo(400);
  }

  @Test
  void bodyThatIsTooLarge_isRefused() throws Exception {
    String large = "x".repeat(3 << 20);

    assertThat(client.post("tasks", "{\"name\": \"" + large + "\"}").status()).isEqualTo(413);
  }

  @Test
  void whatIsNotThere_isSaidAsAProblem() throws Exception {
    assertThat(client.get("nothing").status()).isEqualTo(404);
    assertThat(client.get("nothing").type()).startsWith("application/problem+json");
    assertThat(client.send("DELETE", "queues", "").status()).isEqualTo(405);
    assertThat(client.get("../../pom.xml").status()).isGreaterThanOrEqualTo(400);
    assertThat(client.get("../vendor/../style.css%00").status()).isGreaterThanOrEqualTo(400);
  }

  @Test
  void storeThatIsClosed_isAProblem_andNoStackTrace() throws Exception {
    queue.omniq.close();

    Answer answer = client.get("queues");

    assertThat(answer.status()).isEqualTo(503);
    assertThat(answer.detail()).contains("closed");
    assertThat(answer.body()).doesNotContain("\tat ");
  }

  @Test
  void events_tellWhatHappens() throws Exception {
    HttpResponse<Stream<String>> events =
        HttpClient.newHttpClient()
            .send(
                HttpRequest.newBuilder(dashboard.uri().resolve("api/events")).build(),
                HttpResponse.BodyHandlers.ofLines());

    assertThat(events.headers().firstValue("Content-Type").orElse(""))
        .startsWith("text/event-stream");
    try (Stream<String> lines = events.body()) {
      queue.omniq.enqueue(dev.omniq.TaskRequest.named("reports.nightly", java.util.List.of()));
      assertThat(
              lines
                  .filter(line -> line.startsWith("data:") && line.contains("reports.nightly"))
                  .findFirst())
          .isPresent();
    }
  }

  @Test
  void answers_areForNobodyElsesPages() throws Exception {
    var headers = client.get("queues").http().headers();

    assertThat(headers.firstValue("Content-Security-Policy").orElse(""))
        .contains("default-src 'none'", "script-src 'self'", "frame-ancestors 'none'")
        .doesNotContain("unsafe");
    assertThat(headers.firstValue("X-Content-Type-Options")).contains("nosniff");
    assertThat(headers.firstValue("Cache-Control")).contains("no-store");
    assertThat(headers.firstValue("Access-Control-Allow-Origin")).isEmpty();
    assertThat(headers.firstValue("Server")).isEmpty();
  }

  @Test
  void manyAtOnce_areAnswered() {
    assertThat(
            IntStream.range(0, 64)
                .parallel()
                .mapToObj(
                    i -> {
                      try {
                        return client.get("tasks").status();
                      } catch (Exception e) {
                        throw new IllegalStateException(e);
                      }
                    })
                .distinct())
        .containsExactly(200);
  }
}
