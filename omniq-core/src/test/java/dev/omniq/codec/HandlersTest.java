package dev.omniq.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.omniq.codec.MethodReference.Of0;
import dev.omniq.codec.MethodReference.Of1;
import dev.omniq.codec.MethodReference.Of2;
import dev.omniq.task.OmniQException;
import dev.omniq.task.OmniTask;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

class HandlersTest {
  private static final String HERE = "dev.omniq.codec.HandlersTest$";

  private final JsonCodec codec = JsonCodec.standard();
  private final Handlers handlers = new Handlers(codec);

  /** Static tasks. */
  public static class Reports {
    @OmniTask
    public static Map<String, Integer> generate(String name, int number) {
      return Map.of(name, number);
    }

    @OmniTask(
        name = "clean-up",
        aliases = {"clean", "sweep"})
    public static void cleanUp() {}

    public static void unmarked(String a) {}
  }

  /** Throws. */
  public static class Failing {
    @OmniTask
    public static void exception() throws IOException {
      throw new IOException("disk");
    }

    @OmniTask
    public static void error() {
      throw new AssertionError("broken");
    }
  }

  /** Returns a stage. */
  public static class Later {
    @OmniTask
    public static CompletionStage<List<Duration>> stage() {
      return CompletableFuture.completedFuture(List.of(Duration.ofSeconds(1)));
    }
  }

  /** Inherited by {@link Service}. */
  public abstract static class Base<T> {
    @OmniTask
    public T echo(T a) {
      return a;
    }

    @OmniTask
    public static void fixed() {}

    @OmniTask
    public void overridden() {}
  }

  /** Runs on an instance. */
  public static class Service extends Base<Duration> {
    private final String greeting;

    public Service(String greeting) {
      this.greeting = greeting;
    }

    @OmniTask
    public String greet(String name) {
      return greeting + " " + name;
    }

    @Override
    public void overridden() {}
  }

  /** Overrides a generic method. */
  public static class Overriding extends Base<String> {
    @Override
    @OmniTask
    public String echo(String a) {
      return a + a;
    }
  }

  static class Hidden {
    @OmniTask
    public void inherited(List<Duration> a) {}
  }

  /** Makes a method of a hidden class visible. */
  public static class Visible extends Hidden {}

  /** Cannot run. */
  public static class NotPublic {
    @OmniTask
    static void run() {}
  }

  /** Cannot run either. */
  public static class Ambiguous {
    @OmniTask
    public static void run(String a) {}

    @OmniTask
    public static void run(int a) {}
  }

  /** Takes what JSON cannot carry. */
  public static class Unreadable {
    @OmniTask
    public static void run(String a, InputStream b) {}
  }

  /** Takes a name of {@link Reports}. */
  public static class Rival {
    @OmniTask(name = "sweep")
    public static void run() {}
  }

  record Email(String to) {}

  @Test
  void registerClass_allItsTasks() {
    handlers.register(Reports.class);
    assertThat(handlers.names())
        .containsExactlyInAnyOrder(HERE + "Reports#generate", "clean-up", "clean", "sweep");
  }

  @Test
  void registerClass_inheritedTasks() {
    Handlers withInstances = withInstances(type -> new Service("hello"));
    withInstances.register(Service.class);
    assertThat(withInstances.names())
        .containsExactlyInAnyOrder(
            HERE + "Service#greet", HERE + "Service#echo", HERE + "Base#fixed");
  }

  @Test
  void registerClass_overridingMethodIsThereOnce() throws Exception {
    Handlers withInstances = withInstances(type -> new Overriding());
    withInstances.register(Overriding.class);
    Handler echo = withInstances.find(HERE + "Overriding#echo").orElseThrow();
    assertThat(echo.invoke("[\"x\"]")).isEqualTo("xx");
  }

  @Test
  void registerClass_methodOfAHiddenSuperclass() throws Exception {
    Handlers withInstances = withInstances(type -> new Visible());
    withInstances.register(Visible.class);
    Handler handler = withInstances.find(HERE + "Visible#inherited").orElseThrow();
    assertThat(handler.invoke("[[\"PT1S\"]]")).isNull();
  }

  @Test
  void registerClass_withoutTasks() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> handlers.register(String.class))
        .withMessage(
            "java.lang.String has no task: none of its public methods is marked by @OmniTask");
  }

  @Test
  void registerClass_null() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> handlers.register((Class<?>) null))
        .withMessage("the class of tasks must not be null");
  }

  @Test
  void registerClass_withATaskThatIsNotPublic() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> handlers.register(NotPublic.class))
        .withMessage(
            "NotPublic.run() is package-private; a task is a public method of a public class");
  }

  @Test
  void registerClass_withOverloadedTasks() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> handlers.register(Ambiguous.class))
        .withMessageContaining("is overloaded")
        .withMessageContaining("Ambiguous#run would be ambiguous");
  }

  @Test
  void registerClass_withAParameterThatJsonCannotCarry() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> handlers.register(Unreadable.class))
        .withMessageStartingWith(
            "argument 2 (java.io.InputStream) of Unreadable.run(String, InputStream) cannot");
  }

  @Test
  void registerClass_instanceMethodsWithoutInstances() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> handlers.register(Visible.class))
        .withMessage(
            "Visible.inherited(List) is an instance method, but the worker has no instances;"
                + " configure instances(…)");
  }

  @Test
  void twoHandlersForOneName_areRefusedAndNamed() {
    handlers.register(Reports.class);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> handlers.register(Rival.class))
        .withMessage(
            "two handlers for the task name 'sweep': Reports.cleanUp() and Rival.run(); give"
                + " one of them another name");
    assertThat(handlers.find("sweep").orElseThrow().description()).isEqualTo("Reports.cleanUp()");
  }

  @Test
  void sameAgain_changesNothing() {
    handlers.register(Reports.class);
    var names = handlers.names();
    handlers.register(Reports.class);
    handlers.register(MethodReference.resolve((Of2<String, Integer>) Reports::generate));
    assertThat(handlers.names()).isEqualTo(names);
  }

  @Test
  void sameTypedHandlerAgain_changesNothing() {
    TypedHandler<Email> send = email -> {};
    handlers.register(List.of("send"), TypeRef.of(Email.class), send);
    handlers.register(List.of("send"), TypeRef.of(Email.class), send);
    assertThat(handlers.names()).containsExactly("send");
  }

  @Test
  void otherTypedHandler_isRefused() {
    handlers.register(List.of("send"), TypeRef.of(Email.class), (Email email) -> {});
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> handlers.register(List.of("send"), TypeRef.of(String.class), (String text) -> {}))
        .withMessage(
            "two handlers for the task name 'send': the handler of 'send' for "
                + Email.class.getTypeName()
                + " and the handler of 'send' for java.lang.String; give one of them another name");
  }

  @Test
  void names_areASnapshot() {
    var before = handlers.names();
    handlers.register(Reports.class);
    assertThat(before).isEmpty();
    assertThat(handlers.names()).isSameAs(handlers.names()).isNotEmpty();
  }

  @Test
  void find_unknownName() {
    assertThat(handlers.find("unknown")).isEmpty();
  }

  @Test
  void registerIfRunnable_instanceMethodWithoutInstances() {
    TaskMethod greet =
        MethodReference.resolve(Service.class, (Of2<Service, String>) Service::greet);
    assertThat(handlers.registerIfRunnable(greet)).isFalse();
    assertThat(handlers.names()).isEmpty();
  }

  @Test
  void registerIfRunnable_instanceMethodOfAClassThatOthersHave() {
    TaskMethod greet =
        MethodReference.resolve(Service.class, (Of2<Service, String>) Service::greet);
    handlers.instances(
        new InstanceProvider() {
          @Override
          public Object instance(Class<?> type) {
            throw new AssertionError("nothing runs here");
          }

          @Override
          public boolean provides(Class<?> type) {
            return type != Service.class;
          }
        });

    assertThat(handlers.registerIfRunnable(greet)).isFalse();
    assertThat(handlers.names()).isEmpty();
  }

  @Test
  void registerIfRunnable_methodWithoutAMark() {
    TaskMethod method = MethodReference.resolve((Of1<String>) Reports::unmarked);
    assertThat(handlers.registerIfRunnable(method)).isTrue();
    assertThat(handlers.registerIfRunnable(method)).isTrue();
    assertThat(handlers.names()).containsExactly(HERE + "Reports#unmarked");
  }

  @Test
  void invoke_staticMethod() throws Exception {
    Handler handler = handlerOf(MethodReference.resolve((Of2<String, Integer>) Reports::generate));
    Object result = handler.invoke("[\"x\",7]");
    assertThat(result).isEqualTo(Map.of("x", 7));
    assertThat(handler.encodeResult(result)).isEqualTo("{\"x\":7}");
  }

  @Test
  void invoke_voidMethod() throws Exception {
    Handler handler = handlerOf(MethodReference.resolve((Of0) Reports::cleanUp));
    Object result = handler.invoke("[]");
    assertThat(result).isNull();
    assertThat(handler.encodeResult(result)).isEqualTo("null");
  }

  @Test
  void invoke_instanceMethod() throws Exception {
    Handlers withInstances = withInstances(Map.of(Service.class, new Service("hello"))::get);
    withInstances.register(Service.class);
    Handler greet = withInstances.find(HERE + "Service#greet").orElseThrow();
    assertThat(greet.invoke("[\"Ada\"]")).isEqualTo("hello Ada");
  }

  @Test
  void invoke_inheritedGenericMethod() throws Exception {
    Handlers withInstances = withInstances(type -> new Service("hello"));
    withInstances.register(Service.class);
    Handler echo = withInstances.find(HERE + "Service#echo").orElseThrow();
    Object result = echo.invoke("[\"PT1S\"]");
    assertThat(result).isEqualTo(Duration.ofSeconds(1));
    assertThat(echo.encodeResult(result)).isEqualTo("\"PT1S\"");
  }

  @Test
  void invoke_stageComesBackAsItIs() throws Exception {
    Handler handler = handlerOf(MethodReference.resolve((Of0) Later::stage));
    assertThat(handler.invoke("[]")).isInstanceOf(CompletionStage.class);
    assertThat(handler.encodeResult(List.of(Duration.ofSeconds(1)))).isEqualTo("[\"PT1S\"]");
  }

  @Test
  void invoke_methodThrows() {
    Handler exception = handlerOf(MethodReference.resolve((Of0) Failing::exception));
    assertThatThrownBy(() -> exception.invoke("[]"))
        .isExactlyInstanceOf(IOException.class)
        .hasMessage("disk")
        .satisfies(e -> assertThat(e.getStackTrace()[0].getMethodName()).isEqualTo("exception"));
    Handler error = handlerOf(MethodReference.resolve((Of0) Failing::error));
    assertThatThrownBy(() -> error.invoke("[]")).isExactlyInstanceOf(AssertionError.class);
  }

  @Test
  void invoke_argumentsThatDoNotFit() {
    Handler handler = handlerOf(MethodReference.resolve((Of2<String, Integer>) Reports::generate));
    assertThatExceptionOfType(UndecodableArgumentsException.class)
        .isThrownBy(() -> handler.invoke("[\"x\"]"))
        .withMessage(
            "the stored arguments do not fit Reports.generate(String, int): their number must"
                + " be 2, but is 1");
  }

  @Test
  void invoke_providerGivesNothing() {
    Handlers withInstances = withInstances(Map.of()::get);
    withInstances.register(Service.class);
    Handler greet = withInstances.find(HERE + "Service#greet").orElseThrow();
    assertThatExceptionOfType(OmniQException.class)
        .isThrownBy(() -> greet.invoke("[\"Ada\"]"))
        .withMessage(
            "Service.greet(String) needs an instance of "
                + HERE
                + "Service, but the instance provider gave null");
  }

  @Test
  void invoke_providerGivesSomethingElse() {
    Handlers withInstances = withInstances(type -> "text");
    withInstances.register(Service.class);
    Handler greet = withInstances.find(HERE + "Service#greet").orElseThrow();
    assertThatExceptionOfType(OmniQException.class)
        .isThrownBy(() -> greet.invoke("[\"Ada\"]"))
        .withMessageEndingWith("but the instance provider gave one of java.lang.String");
  }

  @Test
  void invoke_typedHandlers() throws Exception {
    handlers.registerReturning(
        List.of("upper", "old-upper"),
        new TypeRef<List<Email>>() {},
        emails -> emails.get(0).to().toUpperCase(java.util.Locale.ROOT));
    Handler handler = handlers.find("old-upper").orElseThrow();
    Object result = handler.invoke("[[{\"to\":\"ada\"}]]");
    assertThat(result).isEqualTo("ADA");
    assertThat(handler.encodeResult(result)).isEqualTo("\"ADA\"");
  }

  @Test
  void invoke_typedHandlerWithoutPayload() {
    handlers.register(List.of("send"), TypeRef.of(Email.class), (Email email) -> {});
    assertThatExceptionOfType(UndecodableArgumentsException.class)
        .isThrownBy(() -> handlers.find("send").orElseThrow().invoke("[null]"))
        .withMessageEndingWith("its payload is null");
  }

  @Test
  void instances_null() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> handlers.instances(null))
        .withMessage("the provider of instances must not be null");
  }

  @Test
  void nullTypedHandler_isRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                handlers.register(
                    List.of("send"), TypeRef.of(Email.class), (TypedHandler<Email>) null))
        .withMessage("the handler of [send] must not be null");
  }

  private Handlers withInstances(InstanceProvider instances) {
    var all = new Handlers(codec);
    all.instances(instances);
    return all;
  }

  private Handler handlerOf(TaskMethod method) {
    handlers.register(method);
    return handlers.find(method.name()).orElseThrow();
  }
}
