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

  private void processIn(String... lines) throws IOException {
    Files.writeString(process.resolve("cgroup"), String.join("\n", lines) + "\n");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/docker/4f2a",
        "/docker/4f2a/init.scope/a",
        "/system.slice/docker-4f2a.scope",
        "/docker/outer/docker/4f2a"
      })
  void findsTheGroupThatBearsTheContainersId(String path) throws IOException {
    String group = path.substring(1).replaceFirst("(4f2a[^/]*).*", "$1");
    Cgroups cgroups = CgroupTree.unified(mount).file(group + "/pids.current", "3\n").cgroups();
    processIn("0::" + path);

    assertThat(cgroups.ofContainer(process, "4f2a").orElseThrow().tasks()).hasValue(3);
  }

  @Test
  void findsTheGroupAroundIt() throws IOException {
    Cgroups cgroups = CgroupTree.unified(mount).file("pods/p1/pids.current", "7\n").cgroups();
    processIn("0::/pods/p1/4f2a/init.scope");

    assertThat(cgroups.aroundContainer(process, "4f2a").orElseThrow().tasks()).hasValue(7);
  }

  @Test
  void theRootIsAroundNoContainer() throws IOException {
    processIn("0::/4f2a");

    assertThat(CgroupTree.unified(mount).cgroups().aroundContainer(process, "4f2a")).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"/", "/user.slice/session-2.scope", "/../proc/4f2a", "/a/../../4f2a"})
  void findsNothingForAProcessThatIsNotOfTheContainer(String path) throws IOException {
    Cgroups cgroups = CgroupTree.unified(mount).cgroups();
    processIn("0::" + path);

    assertThat(cgroups.ofContainer(process, "4f2a")).isEmpty();
  }

  @Test
  void findsNothingForAProcessThatHasEnded() throws IOException {
    Cgroups cgroups = CgroupTree.unified(mount).cgroups();

    assertThat(cgroups.ofContainer(folder.resolve("proc/1"), "4f2a")).isEmpty();
  }

  @Test
  void findsAProcessThatIsInADifferentPlaceOfEachTree() throws IOException {
    Cgroups cgroups =
        new CgroupTree(mount)
            .file("cpu,cpuacct/a/4f2a/cpuacct.usage", "7\n")
            .file("pids/b/4f2a/pids.current", "3\n")
            .file("unified/u/4f2a/cpu.pressure", "some avg10=0.0 avg60=0.0 avg300=0.0 total=9\n")
            .cgroups();
    processIn(
        "9:name=systemd:/x", "8:pids:/b/4f2a", "2:cpu,cpuacct:/a/4f2a", "1:memory:/", "0::/u/4f2a");

    Cgroup cgroup = cgroups.ofContainer(process, "4f2a").orElseThrow();
    assertThat(cgroup.cpuNanos()).hasValue(7);
    assertThat(cgroup.tasks()).hasValue(3);
    assertThat(cgroup.pressure(Resource.CPU).orElseThrow().some().totalMicros()).isEqualTo(9);
    assertThat(cgroup.memory()).as("the root's memory is not the container's").isEmpty();
  }

  @Test
  void findsNothingOnAMachineWithoutGroups() throws IOException {
    processIn("1:cpuacct:/docker/4f2a");

    assertThat(Cgroups.mountedAt(mount).ofContainer(process, "4f2a")).isEmpty();
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
