package dev.omniq;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.omniq.codec.JsonCodec;
import dev.omniq.codec.TypeRef;
import dev.omniq.task.RetryPolicy;
import dev.omniq.task.TaskId;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class TaskTypeTest {
  record Email(String to) {}

  private static final TaskType<Email> SEND = TaskType.of("send-email", Email.class);

  @Test
  void payload_isStoredAsTheOnlyArgument() {
    var task = stored(SEND.with(new Email("ada")));
    assertThat(task.spec().name()).isEqualTo("send-email");
    assertThat(task.spec().arguments()).isEqualTo("[{\"to\":\"ada\"}]");
  }

  @Test
  void payload_withTypeArguments() {
    TaskType<List<Email>> sendAll = TaskType.of("send-all", new TypeRef<List<Email>>() {});
    assertThat(stored(sendAll.with(List.of(new Email("ada")))).spec().arguments())
        .isEqualTo("[[{\"to\":\"ada\"}]]");
  }

  @Test
  void payload_null() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> SEND.with(null))
        .withMessage("the payload of task 'send-email' must not be null");
  }

  @Test
  void aliases() {
    assertThat(SEND.aliases()).isEmpty();
    assertThat(SEND.withAliases("mail", "email").aliases()).containsExactly("mail", "email");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> SEND.withAliases(" "))
        .withMessageStartingWith("task name must have 1 to 255 characters and not be blank");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> SEND.withAliases((String) null))
        .withMessage("an alias of task send-email must not be null");
  }

  @Test
  void name_thatIsNotAllowed() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> TaskType.of("", Email.class))
        .withMessageStartingWith("task name must have 1 to 255 characters and not be blank");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> TaskType.of("x".repeat(256), Email.class))
        .withMessageEndingWith("(256 characters)");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> TaskType.of("a\nb", Email.class))
        .withMessage("task name must not contain control characters, but has one at index 1");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> TaskType.of(null, Email.class))
        .withMessage("task name must not be null");
  }

  @Test
  void type_null() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> TaskType.of("x", (Class<Email>) null))
        .withMessage("the payload type of task x must not be null");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> TaskType.of("x", (TypeRef<Email>) null))
        .withMessage("the payload type of task x must not be null");
  }

  private static dev.omniq.task.NewTask stored(TaskRequest request) {
    return request.toNewTask(
        new TaskRequest.Defaults(RetryPolicy.defaults(), Optional.empty()),
        JsonCodec.standard(),
        () -> TaskId.next(Instant.EPOCH));
  }
}
