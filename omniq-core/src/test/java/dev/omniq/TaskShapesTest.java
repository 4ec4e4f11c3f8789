package dev.omniq;

import static dev.omniq.TaskRequest.task;
import static org.assertj.core.api.Assertions.assertThat;

import dev.omniq.codec.JsonCodec;
import dev.omniq.task.NewTask;
import dev.omniq.task.OmniTask;
import dev.omniq.task.RetryPolicy;
import dev.omniq.task.TaskId;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The shapes of methods that a program may write down as tasks, without help to the compiler. */
class TaskShapesTest {
  private static final String HERE = "dev.omniq.TaskShapesTest$";

  /** Static methods of every shape. */
  public static class Shapes {
    public static void none() {}

    public static String one(String a) {
      return a;
    }

    public static void two(String a, int b) {}

    public static void three(String a, int b, long c) {}

    public static void four(String a, int b, long c, double d) {}

    public static void five(String a, int b, long c, double d, boolean e) {}

    public static void six(String a, int b, long c, double d, boolean e, char f) {}

    public static int primitive(int a) {
      return a;
    }

    public static void list(List<String> a) {}

    public static <T> T generic(T a) {
      return a;
    }

    public static <T extends Comparable<T>> void bounded(List<T> a) {}

    public static void throwing(String a) throws IOException {
      throw new IOException(a);
    }

    public static void array(int[] a) {}

    public static void supertype(Number a) {}

    @OmniTask(name = "over-none")
    public static void over() {}

    @OmniTask(name = "over-text")
    public static int over(String a) {
      return 1;
    }

    @OmniTask(name = "over-number")
    public static int over(int a) {
      return 1;
    }

    @OmniTask(name = "over-both")
    public static void over(String a, int b) {}
  }

  /** Inherits static methods. */
  public static class MoreShapes extends Shapes {}

  /** Instance methods, some of them inherited by {@link Service}. */
  public abstract static class Base<T> {
    public void inherited(String a) {}

    public void inheritedGeneric(T a) {}
  }

  /** Instance methods of every number of arguments. */
  public static class Service extends Base<Duration> {
    public void none() {}

    public String one(String a) {
      return a;
    }

    public void two(String a, int b) {}

    public void three(String a, int b, long c) {}

    public void four(String a, int b, long c, double d) {}

    public void five(String a, int b, long c, double d, boolean e) {}

    public void six(String a, int b, long c, double d, boolean e, char f) {}

    @OmniTask(name = "service-over")
    public void over(String a) throws Exception {}

    @OmniTask(name = "service-over-both")
    public void over(String a, int b) {}
  }

  /** An interface is a class to name as well. */
  public interface Api {
    void call(String a);
  }

  @Test
  void staticMethods_ofEveryNumberOfArguments() {
    assertStored(task(Shapes::none), "Shapes#none", "[]");
    assertStored(task(Shapes::one, "x"), "Shapes#one", "[\"x\"]");
    assertStored(task(Shapes::two, "x", 1), "Shapes#two", "[\"x\",1]");
    assertStored(task(Shapes::three, "x", 1, 2L), "Shapes#three", "[\"x\",1,2]");
    assertStored(task(Shapes::four, "x", 1, 2L, 3.5), "Shapes#four", "[\"x\",1,2,3.5]");
    assertStored(task(Shapes::five, "x", 1, 2L, 3.5, true), "Shapes#five", "[\"x\",1,2,3.5,true]");
    assertStored(
        task(Shapes::six, "x", 1, 2L, 3.5, true, 'c'), "Shapes#six", "[\"x\",1,2,3.5,true,\"c\"]");
  }

  @Test
  void instanceMethods_ofEveryNumberOfArguments() {
    assertStored(task(Service.class, Service::none), "Service#none", "[]");
    assertStored(task(Service.class, Service::one, "x"), "Service#one", "[\"x\"]");
    assertStored(task(Service.class, Service::two, "x", 1), "Service#two", "[\"x\",1]");
    assertStored(task(Service.class, Service::three, "x", 1, 2L), "Service#three", "[\"x\",1,2]");
    assertStored(
        task(Service.class, Service::four, "x", 1, 2L, 3.5), "Service#four", "[\"x\",1,2,3.5]");
    assertStored(
        task(Service.class, Service::five, "x", 1, 2L, 3.5, true),
        "Service#five",
        "[\"x\",1,2,3.5,true]");
    assertStored(
        task(Service.class, Service::six, "x", 1, 2L, 3.5, true, 'c'),
        "Service#six",
        "[\"x\",1,2,3.5,true,\"c\"]");
  }

  @Test
  void overloadedMethods_areToldApartByTheirArguments() {
    assertThat(stored(task(Shapes::over)).spec().name()).isEqualTo("over-none");
    assertThat(stored(task(Shapes::over, "x")).spec().name()).isEqualTo("over-text");
    assertThat(stored(task(Shapes::over, 1)).spec().name()).isEqualTo("over-number");
    assertThat(stored(task(Shapes::over, "x", 1)).spec().name()).isEqualTo("over-both");
    assertThat(stored(task(Service.class, Service::over, "x")).spec().name())
        .isEqualTo("service-over");
    assertThat(stored(task(Service.class, Service::over, "x", 1)).spec().name())
        .isEqualTo("service-over-both");
  }

  @Test
  void primitiveParameter_takesALiteralOfItsType() {
    assertStored(task(Shapes::primitive, 5), "Shapes#primitive", "[5]");
  }

  @Test
  void genericParameters() {
    assertStored(task(Shapes::list, List.of("x")), "Shapes#list", "[[\"x\"]]");
    assertStored(task(Shapes::generic, "x"), "Shapes#generic", "[\"x\"]");
    assertStored(task(Shapes::generic, Map.of("x", 1)), "Shapes#generic", "[{\"x\":1}]");
  }

  @Test
  void arrayAndSupertypeParameters() {
    assertStored(task(Shapes::array, new int[] {1, 2}), "Shapes#array", "[[1,2]]");
    assertStored(task(Shapes::supertype, 5), "Shapes#supertype", "[5]");
  }

  @Test
  void throwingMethod() {
    assertStored(task(Shapes::throwing, "x"), "Shapes#throwing", "[\"x\"]");
  }

  @Test
  void inheritedStaticMethod_isNamedByTheClassThatDeclaresIt() {
    assertStored(task(MoreShapes::one, "x"), "Shapes#one", "[\"x\"]");
  }

  @Test
  void inheritedInstanceMethod_isNamedByTheClassThatIsGiven() {
    assertStored(task(Service.class, Service::inherited, "x"), "Service#inherited", "[\"x\"]");
    assertStored(task(Service.class, Base::inherited, "x"), "Service#inherited", "[\"x\"]");
    assertStored(
        task(Service.class, Service::inheritedGeneric, Duration.ofSeconds(1)),
        "Service#inheritedGeneric",
        "[\"PT1S\"]");
  }

  @Test
  void methodOfAnInterface() {
    assertStored(task(Api.class, Api::call, "x"), "Api#call", "[\"x\"]");
  }

  @Test
  void nullArgument() {
    assertStored(task(Shapes::one, null), "Shapes#one", "[null]");
  }

  private static void assertStored(TaskRequest request, String name, String arguments) {
    NewTask task = stored(request);
    assertThat(task.spec().name()).isEqualTo(HERE + name);
    assertThat(task.spec().arguments()).isEqualTo(arguments);
  }

  private static NewTask stored(TaskRequest request) {
    return request.toNewTask(
        new TaskRequest.Defaults(RetryPolicy.defaults(), Optional.of(Duration.ofMinutes(5))),
        JsonCodec.standard(),
        () -> TaskId.next(Instant.EPOCH));
  }
}
