package dev.omniq.cli;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.time.Clock;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * The arrows of the modules for databases. Tested here, for the command line is the module that has
 * all of them.
 */
class DatabaseArchitectureTest {
  private static final String STORAGE = "dev.omniq.storage.";

  /** What each module may use of ours, and which driver. */
  private static final Map<String, List<String>> ARROWS =
      Map.of(
          "jdbc", List.of(),
          "sqlite", List.of("dev.omniq.storage.jdbc", "org.sqlite.."),
          "postgres", List.of("dev.omniq.storage.jdbc", "org.postgresql..", "com.zaxxer.hikari.."));

  /** What any of them may use. */
  private static final List<String> FOR_ALL =
      List.of(
          "dev.omniq.storage",
          "dev.omniq.storage.json",
          "dev.omniq.task",
          "java..",
          "javax.sql..",
          "org.slf4j..",
          "org.jspecify..",
          "tools.jackson..");

  private static final DescribedPredicate<JavaClass> IS_PRIMITIVE_OR_ARRAY =
      describe("are in no package", type -> type.isPrimitive() || type.isArray());

  private static final JavaClasses DATABASES =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages(ARROWS.keySet().stream().map(STORAGE::concat).toArray(String[]::new));

  @Test
  void modules_areAllLookedAt() {
    assertThat(DATABASES.stream().map(type -> type.getPackageName()).distinct())
        .containsExactlyInAnyOrderElementsOf(
            ARROWS.keySet().stream().map(STORAGE::concat).toList());
  }

  @TestFactory
  Stream<DynamicTest> module_usesOnlyWhatItsArrowsAllow() {
    return ARROWS.entrySet().stream()
        .map(each -> DynamicTest.dynamicTest(each.getKey(), () -> check(each.getKey())));
  }

  private static void check(String module) {
    List<String> allowed =
        Stream.of(FOR_ALL, ARROWS.get(module), List.of(STORAGE + module))
            .flatMap(List::stream)
            .toList();
    classes()
        .that()
        .resideInAPackage(STORAGE + module)
        .should()
        .onlyDependOnClassesThat(
            resideInAnyPackage(allowed.toArray(String[]::new)).or(IS_PRIMITIVE_OR_ARRAY))
        .check(DATABASES);
  }

  @Test
  void modules_haveNoCycles() {
    slices().matching("dev.omniq.storage.(*)..").should().beFreeOfCycles().check(DATABASES);
  }

  @Test
  void time_comesFromTheTimeSourceOrTheDatabase() {
    noClasses()
        .should()
        .callMethod(System.class, "currentTimeMillis")
        .orShould()
        .callMethod(System.class, "nanoTime")
        .orShould()
        .callMethod(Instant.class, "now")
        .orShould()
        .callMethod(ZonedDateTime.class, "now")
        .orShould()
        .dependOnClassesThat()
        .areAssignableTo(Clock.class)
        .check(DATABASES);
  }

  @Test
  void nothing_isPrintedAndNothingSleeps() {
    noClasses()
        .should()
        .accessField(System.class, "out")
        .orShould()
        .accessField(System.class, "err")
        .orShould()
        .callMethod(Thread.class, "sleep", long.class)
        .check(DATABASES);
  }
}
