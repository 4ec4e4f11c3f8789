package dev.omniq;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static java.util.Map.entry;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import java.lang.invoke.SerializedLambda;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * The arrows between the packages of the core, and the few things that only one place may do.
 *
 * <p>A rule about a package without classes holds; {@link #packages_areAllKnown} sees to it that
 * there is no package without a rule.
 */
final class ArchitectureTest {
  private static final String ROOT = "dev.omniq";

  /** The packages of the core that each of them may use, itself aside. */
  private static final Map<String, List<String>> ARROWS =
      new TreeMap<>(
          Map.ofEntries(
              entry("dev.omniq", List.of("worker", "queue", "codec", "move", "storage..", "task")),
              entry("dev.omniq.worker", List.of("queue", "codec", "storage", "task")),
              entry("dev.omniq.queue", List.of("storage", "task")),
              entry("dev.omniq.move", List.of("storage", "task")),
              entry("dev.omniq.storage", List.of("task")),
              entry("dev.omniq.storage.memory", List.of("storage", "storage.table", "task")),
              entry("dev.omniq.storage.file", List.of("storage", "storage.table", "task")),
              entry(
                  "dev.omniq.storage.file.shared",
                  List.of("storage.file", "storage.json", "storage", "task")),
              entry("dev.omniq.storage.json", List.of("storage", "task")),
              entry("dev.omniq.storage.table", List.of("storage", "task")),
              entry("dev.omniq.codec", List.of("task")),
              entry("dev.omniq.task", List.of())));

  /** Virtual threads are called by name, for the library also runs where there are none. */
  private static final String VIRTUAL_THREADS = "dev.omniq.worker.HandlerThreads";

  private static final String SYSTEM_TIME = "dev.omniq.task.SystemTime";

  private static final JavaClasses CORE =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages(ROOT);

  @TestFactory
  Stream<DynamicTest> package_usesOnlyWhatItsArrowsAllow() {
    return ARROWS.entrySet().stream()
        .map(
            arrows ->
                DynamicTest.dynamicTest(
                    arrows.getKey(), () -> check(onlyArrows(arrows.getKey(), arrows.getValue()))));
  }

  @Test
  void packages_areAllKnown() {
    var found = new TreeSet<String>();
    CORE.forEach(type -> found.add(type.getPackageName()));
    assertThat(found).contains("dev.omniq.task").isSubsetOf(ARROWS.keySet());
  }

  /** It speaks in the records of the storage interface, but only the queue speaks to a store. */
  @Test
  void worker_neverTalksToAStore() {
    check(
        noClasses()
            .that()
            .resideInAPackage("dev.omniq.worker")
            .should()
            .dependOnClassesThat()
            .haveFullyQualifiedName("dev.omniq.storage.TaskStore"));
  }

  @Test
  void reflection_isOnlyInCodec() {
    check(
        noClasses()
            .that(not(resideInAPackage("dev.omniq.codec")).and(not(named(VIRTUAL_THREADS))))
            .should()
            .dependOnClassesThat()
            .resideInAPackage("java.lang.reflect..")
            .orShould()
            .dependOnClassesThat()
            .areAssignableTo(SerializedLambda.class)
            .orShould()
            .accessTargetWhere(uses("Class.forName", Class.class, "forName"))
            .because("only codec reflects"));
  }

  @Test
  void time_comesFromTheTimeSource() {
    check(
        noClasses()
            .that(not(named(SYSTEM_TIME)))
            .should()
            .accessTargetWhere(uses("System.currentTimeMillis", System.class, "currentTimeMillis"))
            .orShould()
            .accessTargetWhere(uses("System.nanoTime", System.class, "nanoTime"))
            .orShould()
            .accessTargetWhere(
                describe(
                    "now() of java.time, or a Clock of the system",
                    access ->
                        access.getTargetOwner().getPackageName().equals("java.time")
                            && (access.getName().equals("now")
                                || access.getTargetOwner().isEquivalentTo(Clock.class))))
            .because("time is passed in; SystemTime alone asks the system"));
  }

  @Test
  void nothing_sleeps() {
    check(
        noClasses()
            .should()
            .accessTargetWhere(uses("Thread.sleep", Thread.class, "sleep"))
            .orShould()
            .accessTargetWhere(uses("TimeUnit.sleep", TimeUnit.class, "sleep"))
            .because("what waits, waits for a signal or for an alarm of the TimeSource"));
  }

  private static ArchRule onlyArrows(String from, List<String> to) {
    var allowed =
        Stream.concat(Stream.of(from), to.stream().map(name -> ROOT + "." + name))
            .toArray(String[]::new);
    return classes()
        .that()
        .resideInAPackage(from)
        .should()
        .onlyDependOnClassesThat(
            resideInAnyPackage(allowed).or(not(resideInAPackage(ROOT + ".."))));
  }

  /** The class of this name and those inside it. */
  private static DescribedPredicate<JavaClass> named(String name) {
    return describe(
        "are " + name,
        type -> type.getName().equals(name) || type.getName().startsWith(name + "$"));
  }

  /** Called, or named by a method reference. */
  private static DescribedPredicate<JavaAccess<?>> uses(
      String description, Class<?> owner, String method) {
    return describe(
        description,
        access -> access.getTargetOwner().isEquivalentTo(owner) && access.getName().equals(method));
  }

  private static void check(ArchRule rule) {
    rule.allowEmptyShould(true).check(CORE);
  }
}
