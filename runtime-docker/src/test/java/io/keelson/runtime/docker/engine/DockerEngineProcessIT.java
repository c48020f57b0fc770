package io.keelson.runtime.docker.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.Status;
import io.keelson.runtime.spi.CriException;
import io.keelson.runtime.transport.Endpoint;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DockerEngineProcessIT {
  @TempDir Path folder;

  @BeforeAll
  static void needsDockerdAndRoot() {
    Assumptions.assumeTrue(
        DockerEngineProcess.isInstalled(),
        "dockerd is not installed; on Debian or Ubuntu run: apt-get install -y docker.io");
    Assumptions.assumeTrue(
        "root".equals(System.getProperty("user.name")), "a private dockerd needs root");
  }

  private DockerEngineProcess.Settings settings() {
    return new DockerEngineProcess.Settings(
        folder.resolve("data"), folder.resolve("run"), folder.resolve("dockerd.log"));
  }

  private long processesNamingTheFolder() {
    return ProcessHandle.allProcesses()
        .filter(process -> process.info().commandLine().orElse("").contains(folder.toString()))
        .count();
  }

  private long mountsInTheFolder() throws Exception {
    return Files.readAllLines(Path.of("/proc/self/mountinfo")).stream()
        .filter(line -> line.contains(folder.toString()))
        .count();
  }

  @Test
  void answersUntilItIsClosedAndThenLeavesNothingBehind() throws Exception {
    try (DockerEngineProcess process = DockerEngineProcess.start(settings());
        DockerEngine engine = DockerEngine.at(process.endpoint())) {
      EngineVersion version = engine.version();
      assertThat(version.api()).isBetween(DockerEngine.OLDEST_API, DockerEngine.NEWEST_API);
      assertThat(engine.info().getDockerRootDir())
          .isEqualTo(folder.resolve("data").toRealPath().toString());
    }
    assertThat(processesNamingTheFolder()).isZero();
    assertThat(mountsInTheFolder()).isZero();
    assertThat(folder.resolve("run")).isEmptyDirectory();
  }

  @Test
  void runsInASessionOfItsOwn() throws Exception {
    try (DockerEngineProcess process = DockerEngineProcess.start(settings())) {
      String stat = Files.readString(Path.of("/proc/" + process.pid() + "/stat"));
      String[] afterName = stat.substring(stat.lastIndexOf(')') + 2).split(" ", 5);
      assertThat(afterName[3]).as("session").isEqualTo(Long.toString(process.pid()));
    }
  }

  @Test
  void clearsWhatAKilledEngineLeftBeforeStartingAnew() throws Exception {
    DockerEngineProcess killed = DockerEngineProcess.start(settings());
    ProcessHandle dockerd = ProcessHandle.of(killed.pid()).orElseThrow();
    dockerd.destroyForcibly();
    dockerd.onExit().get();

    try (DockerEngineProcess next = DockerEngineProcess.start(settings());
        DockerEngine engine = DockerEngine.at(next.endpoint())) {
      engine.ping();
    }
    assertThat(processesNamingTheFolder()).isZero();
  }

  @Test
  void replacesAnEngineThatAnEarlierProcessLeftRunning() throws Exception {
    DockerEngineProcess earlier = DockerEngineProcess.start(settings());
    try (DockerEngineProcess next = DockerEngineProcess.start(settings())) {
      assertThat(earlier.isAlive()).isFalse();
      assertThat(next.isAlive()).isTrue();
    }
  }

  @Test
  void saysWhyTheEngineCouldNotStart() throws Exception {
    Files.writeString(folder.resolve("data"), "a file where the data folder should be");
    assertThatThrownBy(() -> DockerEngineProcess.start(settings()))
        .isInstanceOfSatisfying(
            CriException.class,
            e -> assertThat(e.code()).isEqualTo(Status.Code.FAILED_PRECONDITION))
        .hasMessageContaining(folder.resolve("data").toString());
    assertThat(processesNamingTheFolder()).isZero();
  }

  @Test
  void anEngineThatIsDownIsUnavailableAndTheMessageNamesItsSocket() {
    Path nowhere = folder.resolve("nobody.sock");
    try (DockerEngine engine = DockerEngine.at(new Endpoint.Unix(nowhere))) {
      assertThatThrownBy(engine::ping)
          .isInstanceOfSatisfying(
              CriException.class, e -> assertThat(e.code()).isEqualTo(Status.Code.UNAVAILABLE))
          .hasMessageContaining("unix://" + nowhere)
          .hasMessageContaining("start it");
    }
  }
}
