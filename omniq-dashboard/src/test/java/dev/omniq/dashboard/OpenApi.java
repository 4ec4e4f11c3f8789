package dev.omniq.dashboard;

import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** The document that describes the API, and whether answers are as it says. */
final class OpenApi {
  private static final String HOME = "https://omniq.dev/openapi.json";

  private final String text;
  private final JsonNode document;
  private final SchemaRegistry registry;

  OpenApi() throws IOException {
    text = new String(Assets.content("openapi.json").orElseThrow(), StandardCharsets.UTF_8);
    document = Json.parse(text);
    registry =
        SchemaRegistry.withDefaultDialect(
            SpecificationVersion.DRAFT_2020_12, builder -> builder.schemas(Map.of(HOME, text)));
  }

  String text() {
    return text;
  }

  /** Method and path of everything that is described. */
  List<String> operations() {
    List<String> operations = new ArrayList<>();
    document
        .get("paths")
        .forEachEntry(
            (path, methods) ->
                methods
                    .propertyNames()
                    .forEach(
                        method -> operations.add(method.toUpperCase(Locale.ROOT) + " " + path)));
    return operations;
  }

  /** The answer is one that the document knows for this operation, and has its form. */
  void assertDescribes(String operation, Client.Answer answer) {
    String[] parts = operation.split(" ");
    JsonNode responses =
        document.get("paths").get(parts[1]).get(parts[0].toLowerCase(Locale.ROOT)).get("responses");
    @Nullable JsonNode response = responses.get(String.valueOf(answer.status()));
    assertThat(response).as("%s answers %s", operation, answer).isNotNull();
    if (response.has("$ref")) {
      response = at(response.get("$ref").stringValue());
    }
    String type = answer.type().split(";")[0];
    @Nullable JsonNode content = response.get("content").get(type);
    assertThat(content).as("%s answers with %s", operation, answer.type()).isNotNull();
    String reference = content.get("schema").get("$ref").stringValue();
    Schema schema = registry.getSchema(SchemaLocation.of(HOME + reference));
    assertThat(schema.validate(answer.body(), InputFormat.JSON))
        .as("%s: %s", operation, answer.body())
        .isEmpty();
  }

  private JsonNode at(String reference) {
    JsonNode node = document;
    for (String name : reference.substring(2).split("/")) {
      node = node.get(name);
    }
    return node;
  }
}
