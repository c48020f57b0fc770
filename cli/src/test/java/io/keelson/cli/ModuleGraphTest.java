package io.keelson.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.syntax.ArchRuleDefinition;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Who may know whom, over all modules that the executable is made of. */
final class ModuleGraphTest {
  private static final String ROOT = "io.keelson.";
  private static JavaClasses classes = new ClassFileImporter().importClasses(List.of());

  /** The modules, bottom up. */
  enum Module {
    LINUX,
    RUNTIME_API,
    CNI,
    VOLUMES,
    RUNTIME_FAKE,
    RUNTIME_DOCKER,
    NODE_AGENT,
    CONFORMANCE,
    CLI;

    /** Those it may know; that is all an arrow in the design says. */
    Set<Module> known() {
      return switch (this) {
        case LINUX, RUNTIME_API -> Set.of();
        case VOLUMES -> Set.of(LINUX);
        case CNI, RUNTIME_DOCKER, CONFORMANCE -> Set.of(LINUX, RUNTIME_API);
        case RUNTIME_FAKE -> Set.of(RUNTIME_API);
        case NODE_AGENT -> Set.of(RUNTIME_API, VOLUMES);
        case CLI -> Set.of(Module.values());
      };
    }

    private Stream<String> packages() {
      return switch (this) {
        case LINUX -> Stream.of("linux");
        case RUNTIME_API ->
            Stream.of("v1", "spi", "server", "streaming", "client", "log", "state", "transport")
                .map("runtime."::concat);
        case CNI -> Stream.of("cni");
        case VOLUMES -> Stream.of("volumes");
        case RUNTIME_FAKE -> Stream.of("runtime.fake");
        case RUNTIME_DOCKER -> Stream.of("runtime.docker");
        case NODE_AGENT -> Stream.of("node.agent");
        case CONFORMANCE -> Stream.of("conformance");
        case CLI -> Stream.of("cli");
      };
    }

    boolean holds(JavaClass type) {
      String name = type.getPackageName() + ".";
      return packages().anyMatch(root -> name.startsWith(ROOT + root + "."));
    }
  }

  @BeforeAll
  static void readClasses() {
    classes =
        new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("io.keelson");
  }

  private static DescribedPredicate<JavaClass> in(String description, Stream<Module> modules) {
    List<Module> all = modules.toList();
    return DescribedPredicate.describe(
        description, type -> all.stream().anyMatch(module -> module.holds(type)));
  }

  @Test
  void everyClassBelongsToOneModule() {
    Set<String> homeless =
        classes.stream()
            .filter(type -> Arrays.stream(Module.values()).filter(m -> m.holds(type)).count() != 1)
            .map(JavaClass::getPackageName)
            .collect(Collectors.toCollection(TreeSet::new));
    assertThat(homeless).isEmpty();
    for (Module module : Module.values()) {
      assertThat(classes).as(module.name()).anyMatch(module::holds);
    }
  }

  @ParameterizedTest
  @EnumSource
  void aModuleKnowsOnlyThoseItMay(Module module) {
    ArchRuleDefinition.noClasses()
        .that(in("are in " + module, Stream.of(module)))
        .should()
        .dependOnClassesThat(
            in(
                "are in another module than " + module.known(),
                Arrays.stream(Module.values())
                    .filter(other -> other != module && !module.known().contains(other))))
        .check(classes);
  }

  @Test
  void theSpiKnowsTheProtocolAndNoOtherPartOfTheApi() {
    onlyKnows("runtime.spi", "runtime.v1");
  }

  @Test
  void logAndStateAreUsableAlone() {
    onlyKnows("runtime.log", "runtime.spi");
    onlyKnows("runtime.state", "runtime.spi");
  }

  @Test
  void theClientKnowsNoServer() {
    onlyKnows("runtime.client", "runtime.v1", "runtime.spi", "runtime.transport");
  }

  @Test
  void backendsKnowNeitherServerNorClient() {
    for (String backend : List.of("runtime.docker", "runtime.fake")) {
      ArchRuleDefinition.noClasses()
          .that()
          .resideInAPackage(ROOT + backend + "..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(ROOT + "runtime.server..", ROOT + "runtime.client..")
          .check(classes);
    }
  }

  private static void onlyKnows(String part, String... others) {
    String[] allowed =
        Stream.concat(Stream.of(part), Arrays.stream(others))
            .map(name -> ROOT + name + "..")
            .toArray(String[]::new);
    ArchRuleDefinition.noClasses()
        .that()
        .resideInAPackage(ROOT + part + "..")
        .should()
        .dependOnClassesThat(
            JavaClass.Predicates.resideInAPackage("io.keelson..")
                .and(DescribedPredicate.not(JavaClass.Predicates.resideInAnyPackage(allowed))))
        .check(classes);
  }

  @Test
  void librariesStayFreeOfOtherModulesTechnology() {
    keepsOut("cni", "io.grpc..", "com.github.dockerjava..", "io.fabric8..", "io.netty..");
    keepsOut("linux", "io.grpc..", "io.netty..", "com.google.protobuf..");
    keepsOut("volumes", "io.grpc..", "com.github.dockerjava..", "io.netty..");
    keepsOut("runtime.spi", "io.netty..", "com.github.dockerjava..");
    keepsOut("node.agent", "com.github.dockerjava..");
    keepsOut("runtime.fake", "io.netty..", "com.github.dockerjava..");
    keepsOut("runtime.server", "com.github.dockerjava..", "io.fabric8..");
  }

  @Test
  void onlyFaultsThatArePlantedIntoItReachPastTheFakesSpi() {
    ArchRuleDefinition.noClasses()
        .that()
        .resideInAPackage(ROOT + "runtime.fake")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("io.grpc..")
        .check(classes);
  }

  private static void keepsOut(String part, String... foreign) {
    ArchRuleDefinition.noClasses()
        .that()
        .resideInAPackage(ROOT + part + "..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(foreign)
        .check(classes);
  }
}
