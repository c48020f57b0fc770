package io.keelson.runtime.docker;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StartingProcessesTest {
  private static final long HOST = 1;
  private static final long POD = 2;

  @TempDir private Path folder;
  private Path cgroups;
  private Path processes;

  @BeforeEach
  void makeAMachine() throws IOException {
    cgroups = Files.createDirectories(folder.resolve("cgroup"));
    processes = Files.createDirectories(folder.resolve("proc"));
    process(10, 1, HOST);
  }

  private void process(long pid, long parent, long namespace) throws IOException {
    Path directory = Files.createDirectories(processes.resolve(pid + "/ns"));
    Files.writeString(
        directory.resolveSibling("stat"), "%d (a ) R b) S %d 5 0".formatted(pid, parent));
    Files.createSymbolicLink(directory.resolve("net"), Path.of("net:[" + namespace + "]"));
  }

  private void cgroup(String path, long... pids) throws IOException {
    StringBuilder text = new StringBuilder();
    for (long pid : pids) {
      text.append(pid).append('\n');
    }
    Files.writeString(Files.createDirectories(cgroups.resolve(path)).resolve("cgroup.procs"), text);
  }

  private StartingProcesses machine() {
    return new StartingProcesses(cgroups, processes);
  }

  @ParameterizedTest
  @CsvSource({
    "'', pids/docker/c1",
    "'', pids/system.slice/docker-c1.scope",
    "/kubepods/pod1, pids/kubepods/pod1/c1",
    "kubepods-burstable-pod1.slice,"
        + " pids/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod1.slice/docker-c1.scope"
  })
  void findsAProcessInTheCgroupOfItsContainer(String cgroupParent, String cgroup)
      throws IOException {
    process(20, 10, POD);
    cgroup(cgroup, 20);

    assertThat(machine().withOwnNetwork("c1", cgroupParent))
        .contains(new StartingProcesses.Found(20, POD));
  }

  @Test
  void findsItInTheUnifiedHierarchyToo() throws IOException {
    Files.createFile(cgroups.resolve("cgroup.controllers"));
    process(20, 10, POD);
    cgroup("docker/c1", 20);

    assertThat(machine().withOwnNetwork("c1", "")).isPresent();
  }

  @Test
  void passesOverAProcessThatIsStillInTheNetworkOfItsParent() throws IOException {
    process(20, 10, HOST);
    process(21, 10, POD);
    cgroup("pids/docker/c1", 20, 21);

    assertThat(machine().withOwnNetwork("c1", "")).contains(new StartingProcesses.Found(21, POD));
  }

  @Test
  void findsNothingBeforeThereIsACgroupAndAfterTheProcessHasEnded() throws IOException {
    assertThat(machine().withOwnNetwork("c1", "")).isEmpty();
    cgroup("pids/docker/c1", 99);
    assertThat(machine().withOwnNetwork("c1", "")).isEmpty();
  }
}
