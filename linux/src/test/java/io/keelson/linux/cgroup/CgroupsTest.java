package io.keelson.linux.cgroup;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CgroupsTest {
  @TempDir private Path folder;
  private Path mount;
  private Path process;

  @BeforeEach
  void makeAMachine() throws IOException {
    mount = Files.createDirectories(folder.resolve("cgroup"));
    process = Files.createDirectories(folder.resolve("proc/812"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"..", "/../proc/812", "pod/../../proc/812", "", "/"})
  void aPathNeverLeadsOutOfTheTree(String path) throws IOException {
    Cgroups cgroups = CgroupTree.unified(mount).file("pod/cgroup.procs", "").cgroups();
    Files.writeString(process.resolve("cgroup.procs"), "");

    assertThat(cgroups.find(path)).isEmpty();
  }

  @Test
  void findsTheGroupOfAProcess() throws IOException {
    Cgroups cgroups =
        CgroupTree.unified(mount)
            .file("pod/c/cgroup.procs", "")
            .file("pod/c/pids.current", "3\n")
            .cgroups();
    Files.writeString(process.resolve("cgroup"), "0::/pod/c\n");

    assertThat(cgroups.isUnified()).isTrue();
    assertThat(cgroups.ofProcess(process).orElseThrow().tasks()).hasValue(3);
    assertThat(cgroups.ofProcess(folder.resolve("proc/1"))).isEmpty();
  }

  @Test
  void findsAProcessThatIsInADifferentPlaceOfEachTree() throws IOException {
    Cgroups cgroups =
        new CgroupTree(mount)
            .file("cpu,cpuacct/a/c/cpuacct.usage", "7\n")
            .file("pids/b/c/pids.current", "3\n")
            .file("unified/u/c/cpu.pressure", "some avg10=0.0 avg60=0.0 avg300=0.0 total=9\n")
            .cgroups();
    Files.writeString(
        process.resolve("cgroup"),
        "9:name=systemd:/x\n8:pids:/b/c\n2:cpu,cpuacct:/a/c\n1:memory:/\n0::/u/c\n");

    Cgroup cgroup = cgroups.ofProcess(process).orElseThrow();
    assertThat(cgroups.isUnified()).isFalse();
    assertThat(cgroup.cpuNanos()).hasValue(7);
    assertThat(cgroup.tasks()).hasValue(3);
    assertThat(cgroup.pressure(Resource.CPU).orElseThrow().some().totalMicros()).isEqualTo(9);
    assertThat(cgroup.memory()).as("the root's memory is not the process's").isEmpty();
  }

  @Test
  void findsNothingOnAMachineWithoutGroups() {
    assertThat(Cgroups.mountedAt(mount).find("docker/c")).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "a.slice, a.slice",
    "kubepods-burstable-pod1.slice,"
        + " kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod1.slice",
    "/kubepods/pod-1, /kubepods/pod-1"
  })
  void aSliceIsBelowThoseItsNameBeginsWith(String name, String path) {
    assertThat(Cgroups.pathOf(name)).isEqualTo(path);
  }
}
