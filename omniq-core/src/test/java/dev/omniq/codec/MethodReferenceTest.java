package dev.omniq.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.omniq.codec.MethodReference.Of0;
import dev.omniq.codec.MethodReference.Of1;
import dev.omniq.codec.MethodReference.Of2;
import dev.omniq.task.OmniTask;
import java.lang.invoke.MethodHandleInfo;
import java.lang.invoke.SerializedLambda;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class MethodReferenceTest {
  private static final String HERE = "dev.omniq.codec.MethodReferenceTest$";
  private static final String ALLOWED =
      "allowed is a plain reference to a public method, such as Reports::generate";

  /** Tasks to refer to. */
  public static class Tasks {
    public Tasks() {}

    public Tasks(String a) {}

    public static void plain(String a) {}

    public void instance(String a) {}

    public static void receiver(Tasks a) {}

    public static void varargs(String... a) {}

    static void packagePrivate(String a) {}

    protected static void guarded(String a) {}

    private static void hidden(String a) {}

    private void hiddenInstance() {}

    @OmniTask(
        name = "short",
        aliases = {"old", "older"})
    public static void named(String a) {}

    @OmniTask
    public static void marked(String a) {}

    @OmniTask(name = " ")
    public static void blank(String a) {}

    public static void twice(String a) {}

    public static void twice(int a) {}

    public static void half(String a) {}

    @OmniTask(name = "half-number")
    public static void half(int a) {}

    public static void open(String a) {}

    public static void open(String... a) {}

    private static void open(int a) {}
  }

  static class Hidden {
    public static void run(String a) {}

    public void instance(List<String> a) {}
  }

  /** Makes public methods of a hidden class visible. */
  public static class Visible extends Hidden {}

  /** A class to inherit from. */
  public static class Base<T> {
    public static void fixed(String a) {}

    public void plain() {}

    public void generic(T a, List<T> b) {}

    public void overridden(T a) {}
  }

  /** A class that inherits. */
  public static class Sub extends Base<Duration> {
    @Override
    public void overridden(Duration a) {}
  }

  @Test
  void staticMethod() throws Exception {
    Of1<String> reference = Tasks::plain;
    TaskMethod method = MethodReference.resolve(reference);
    assertThat(method.name()).isEqualTo(HERE + "Tasks#plain");
    assertThat(method.method()).isEqualTo(Tasks.class.getMethod("plain", String.class));
    assertThat(method.instanceClass()).isEmpty();
    assertThat(method.parameterTypes()).containsExactly(String.class);
    assertThat(method.signature()).isEqualTo("Tasks.plain(String)");
  }

  @Test
  void instanceMethod() throws Exception {
    Of2<Tasks, String> reference = Tasks::instance;
    TaskMethod method = MethodReference.resolve(Tasks.class, reference);
    assertThat(method.name()).isEqualTo(HERE + "Tasks#instance");
    assertThat(method.method()).isEqualTo(Tasks.class.getMethod("instance", String.class));
    assertThat(method.instanceClass()).hasValue(Tasks.class);
  }

  @Test
  void name_givenByTheAnnotation() {
    Of1<String> reference = Tasks::named;
    TaskMethod method = MethodReference.resolve(reference);
    assertThat(method.name()).isEqualTo("short");
    assertThat(method.aliases()).containsExactly("old", "older");
  }

  @Test
  void name_notGivenByTheAnnotation() {
    Of1<String> reference = Tasks::marked;
    assertThat(MethodReference.resolve(reference).name()).isEqualTo(HERE + "Tasks#marked");
  }

  @Test
  void samePlace_isResolvedOnce() {
    var resolved = new ArrayList<TaskMethod>();
    for (int i = 0; i < 2; i++) {
      Of1<String> reference = Tasks::plain;
      resolved.add(MethodReference.resolve(reference));
    }
    assertThat(resolved.get(0)).isSameAs(resolved.get(1));
  }

  @Test
  void samePlace_usedWithSeveralClasses() {
    Of1<Base<?>> reference = Base::plain;
    assertThat(MethodReference.resolve(Base.class, reference).name())
        .isEqualTo(HERE + "Base#plain");
    assertThat(MethodReference.resolve(Sub.class, reference).name()).isEqualTo(HERE + "Sub#plain");
  }

  @Test
  void inheritedMethod_whateverClassTheCompilerWrote() {
    assertThat(MethodReference.resolve(new StaticBySub()))
        .isEqualTo(MethodReference.resolve(new StaticByBase()))
        .extracting(TaskMethod::name)
        .isEqualTo(HERE + "Base#fixed");
    assertThat(MethodReference.resolve(Sub.class, new InstanceBySub()))
        .isEqualTo(MethodReference.resolve(Sub.class, new InstanceByBase()))
        .extracting(TaskMethod::name)
        .isEqualTo(HERE + "Sub#plain");
  }

  @Test
  void inheritedGenericMethod_hasTheTypesOfTheGivenClass() {
    MethodReference.Of3<Sub, Duration, List<Duration>> reference = Sub::generic;
    assertThat(MethodReference.resolve(Sub.class, reference).parameterTypes())
        .extracting(Types::name)
        .containsExactly("java.time.Duration", "java.util.List<java.time.Duration>");
  }

  @Test
  void overriddenGenericMethod_isTheOverridingOne() throws Exception {
    Of2<Sub, Duration> reference = Base::overridden;
    assertThat(MethodReference.resolve(Sub.class, reference).method())
        .isEqualTo(Sub.class.getMethod("overridden", Duration.class));
  }

  @Test
  void methodOfAHiddenClass_madeVisibleByAPublicOne() {
    Of2<Visible, List<String>> reference = Visible::instance;
    TaskMethod method = MethodReference.resolve(Visible.class, reference);
    assertThat(method.method().getDeclaringClass()).isEqualTo(Visible.class);
    assertThat(method.parameterTypes().get(0)).hasToString("java.util.List<java.lang.String>");
  }

  @Test
  void nullReference_isRefused() {
    assertRefused((Of0) null, "the method of a task is null; " + ALLOWED);
  }

  @Test
  void nullClass_isRefused() {
    Of2<Tasks, String> reference = Tasks::instance;
    assertThatIllegalArgumentException()
        .isThrownBy(() -> MethodReference.resolve(null, reference))
        .withMessage("the class of the task must not be null");
  }

  @Test
  void lambda_isRefused() {
    assertRefused(
        (Of0) () -> {},
        "the method of a task is a lambda, in dev.omniq.codec.MethodReferenceTest; "
            + ALLOWED
            + " (the compiler also makes a lambda of a reference to a method with a variable number"
            + " of arguments, to an array's constructor, to a method of super, and to a protected"
            + " method of another package)");
  }

  @Test
  void varargsMethodWithSeparateArguments_isALambdaToTheCompiler() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> MethodReference.resolve((Of2<String, String>) Tasks::varargs))
        .withMessageStartingWith("the method of a task is a lambda")
        .withMessageContaining("variable number of arguments");
  }

  @Test
  void varargsMethodWithAnArray_isRefused() {
    assertRefused(
        (Of1<String[]>) Tasks::varargs,
        "Tasks.varargs(String[]) takes a variable number of arguments; a task takes a fixed number"
            + " of them, such as one List");
  }

  @Test
  void constructor_isRefused() {
    assertRefused(
        (Of1<String>) Tasks::new,
        "the method of a task is a constructor, " + HERE + "Tasks::new; " + ALLOWED);
  }

  @Test
  void capturedReceiver_isRefused() {
    var service = new Tasks();
    assertRefused(
        (Of1<String>) service::instance,
        "the method of a task captures an object, on which Tasks.instance would be called, and an"
            + " object cannot be stored; allowed is the class and the method:"
            + " task(Tasks.class, Tasks::instance, …)");
  }

  @Test
  void objectThatIsNoReference_isRefused() {
    var written =
        new Of0() {
          @Override
          public void call() {}
        };
    assertRefused(
        written,
        "the method of a task is an object of " + written.getClass().getName() + "; " + ALLOWED);
  }

  @Test
  void privateMethod_isRefused() {
    assertRefused(
        (Of1<String>) Tasks::hidden,
        "Tasks.hidden(String) is private; a task is a public method of a public class");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> MethodReference.resolve(Tasks.class, (Of1<Tasks>) Tasks::hiddenInstance))
        .withMessage(
            "Tasks.hiddenInstance() is private; a task is a public method of a public class");
  }

  @Test
  void methodThatIsNotPublic_isRefused() {
    assertRefused(
        (Of1<String>) Tasks::packagePrivate,
        "Tasks.packagePrivate(String) is package-private; a task is a public method of a public"
            + " class");
    assertRefused(
        (Of1<String>) Tasks::guarded,
        "Tasks.guarded(String) is protected; a task is a public method of a public class");
  }

  @Test
  void methodOfAClassThatIsNotPublic_isRefused() {
    assertRefused(
        (Of1<String>) Hidden::run,
        "Hidden.run(String) cannot run as a task: "
            + HERE
            + "Hidden is package-private; a task is a public method of a public class");
  }

  @Test
  void instanceMethodWithoutItsClass_isRefused() {
    assertRefused(
        (Of1<List<String>>) List::clear,
        "List.clear is an instance method; name the class whose instance is to run it:"
            + " task(List.class, List::clear, …)");
  }

  @Test
  void staticMethodWithAClass_isRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> MethodReference.resolve(Tasks.class, (Of1<Tasks>) Tasks::receiver))
        .withMessage(
            "Tasks.receiver is static; write it without the class: task(Tasks::receiver, …)");
  }

  @Test
  void overloadedMethodWithoutAName_isRefused() {
    assertRefused(
        (Of1<String>) Tasks::twice,
        "Tasks.twice(String) is overloaded (there is Tasks.twice(int) as well), so the stored name "
            + HERE
            + "Tasks#twice would be ambiguous; give it a name of its own: @OmniTask(name = \"…\")");
  }

  @Test
  void overloadedMethod_whoseOtherHasAName() {
    assertThat(MethodReference.resolve((Of1<String>) Tasks::half).name())
        .isEqualTo(HERE + "Tasks#half");
    assertThat(MethodReference.resolve((Of1<Integer>) Tasks::half).name()).isEqualTo("half-number");
  }

  @Test
  void overloadedMethod_whoseOthersCannotBeTasks() {
    assertThat(MethodReference.resolve((Of1<String>) Tasks::open).name())
        .isEqualTo(HERE + "Tasks#open");
  }

  @Test
  void blankName_isRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> MethodReference.resolve((Of1<String>) Tasks::blank))
        .withMessageStartingWith("task name must have 1 to 255 characters and not be blank");
  }

  private static void assertRefused(MethodReference reference, String message) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> MethodReference.resolve(reference))
        .withMessage(message);
  }

  // What two compilers make of Sub::fixed and Sub::plain.

  private static final class StaticBySub implements Of1<String> {
    @Override
    public void call(String a) {}

    private Object writeReplace() {
      return form(MethodHandleInfo.REF_invokeStatic, "Sub", "fixed", "(Ljava/lang/String;)V");
    }
  }

  private static final class StaticByBase implements Of1<String> {
    @Override
    public void call(String a) {}

    private Object writeReplace() {
      return form(MethodHandleInfo.REF_invokeStatic, "Base", "fixed", "(Ljava/lang/String;)V");
    }
  }

  private static final class InstanceBySub implements Of1<Sub> {
    @Override
    public void call(Sub a) {}

    private Object writeReplace() {
      return form(MethodHandleInfo.REF_invokeVirtual, "Sub", "plain", "()V");
    }
  }

  private static final class InstanceByBase implements Of1<Sub> {
    @Override
    public void call(Sub a) {}

    private Object writeReplace() {
      return form(MethodHandleInfo.REF_invokeVirtual, "Base", "plain", "()V");
    }
  }

  private static SerializedLambda form(int kind, String type, String method, String signature) {
    return new SerializedLambda(
        MethodReferenceTest.class,
        "dev/omniq/codec/MethodReference$Of1",
        "call",
        "(Ljava/lang/Object;)V",
        kind,
        (HERE + type).replace('.', '/'),
        method,
        signature,
        signature,
        new Object[0]);
  }
}
