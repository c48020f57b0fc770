package io.keelson.runtime.docker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.Status;
import io.keelson.linux.cgroup.Cgroups;
import io.keelson.runtime.spi.CriException;
import io.keelson.runtime.v1.HugepageLimit;
import io.keelson.runtime.v1.LinuxContainerResources;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** On folders with the kernel's files, of both versions. */
class CgroupLimitsTest {
  private static final long PID = 812;
  private static final LinuxContainerResources UNIFIED =
      LinuxContainerResources.newBuilder().putUnified("memory.high", "1000000").build();

  @TempDir private Path folder;

  @Test
  void unifiedKeysAndHugePagesAreWrittenToTheContainersGroup() throws IOException {
    file("cgroup/cgroup.controllers", "cpu memory hugetlb");
    Path high = file("cgroup/docker/4f2a/memory.high", "max");
    Path pages = file("cgroup/docker/4f2a/hugetlb.2MB.max", "max");
    Path reserved = file("cgroup/docker/4f2a/hugetlb.2MB.rsvd.max", "max");
    file("proc/812/cgroup", "0::/docker/4f2a");

    limits().set("4f2a", PID, UNIFIED.toBuilder().addHugepageLimits(pages(4 << 20)).build());

    assertThat(high).hasContent("1000000");
    assertThat(pages).hasContent("4194304");
    assertThat(reserved).hasContent("4194304");
  }

  @Test
  void version1HasHugePagesOnlyAndOnlyWithTheirController() throws IOException {
    file("cgroup/memory/docker/4f2a/tasks", "");
    assertRefused(() -> limits().requirePossible(UNIFIED), "cgroup v2");
    assertRefused(() -> limits().requirePossible(hugePages(1 << 21)), "hugetlb");
    assertThatCode(() -> limits().requirePossible(hugePages(0))).doesNotThrowAnyException();

    file("cgroup/cpuacct/docker/4f2a/tasks", "");
    Path pages = file("cgroup/hugetlb/docker/4f2a/hugetlb.2MB.limit_in_bytes", "9");
    file("proc/812/cgroup", "2:cpuacct:/docker/4f2a\n1:hugetlb:/docker/4f2a");
    limits().requirePossible(hugePages(1 << 21));
    limits().set("4f2a", PID, hugePages(1 << 21));
    assertThat(pages).hasContent("2097152");
  }

  @Test
  void whatTheKernelDoesNotTakeIsToldUnlessTheContainerHasEnded() throws IOException {
    file("cgroup/cgroup.controllers", "cpu");
    Path process = file("proc/812/cgroup", "0::/docker/4f2a");
    Path state = file("proc/812/stat", "812 (sh) S 1");
    Files.createDirectories(folder.resolve("cgroup/docker/4f2a"));

    assertRefused(() -> limits().set("4f2a", PID, UNIFIED), "memory.high");
    assertRefused(() -> limits().set("other", PID, UNIFIED), "its cgroup is not found");

    Files.delete(state);
    Files.delete(process);
    Files.delete(process.getParent());
    assertThatCode(() -> limits().set("4f2a", PID, UNIFIED)).doesNotThrowAnyException();
    assertThatCode(() -> limits().set("4f2a", 0, UNIFIED)).doesNotThrowAnyException();
  }

  @Test
  void aContainerThatEndsAtOnceIsNotFailedForTheLimitsItNeverNeeded() throws IOException {
    file("cgroup/cgroup.controllers", "cpu memory hugetlb");
    // What has ended and was not waited for yet is in the root group.
    file("proc/812/cgroup", "0::/");
    file("proc/812/stat", "812 (sh (x) Z) Z 1 812 812 0 -1");
    assertThatCode(() -> limits().set("4f2a", PID, UNIFIED)).doesNotThrowAnyException();

    file("proc/812/stat", "812 (sh (x) Z) S 1 812 812 0 -1");
    assertRefused(() -> limits().set("4f2a", PID, UNIFIED), "its cgroup is not found");
  }

  @Test
  void hugePagesOfNoneNeedNoController() throws IOException {
    file("cgroup/memory/docker/4f2a/tasks", "");
    file("proc/812/cgroup", "1:memory:/elsewhere");
    assertThatCode(() -> limits().set("4f2a", PID, hugePages(0))).doesNotThrowAnyException();
  }

  private static void assertRefused(ThrowingCallable call, String told) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            CriException.class,
            e -> assertThat(e.code()).isEqualTo(Status.Code.FAILED_PRECONDITION))
        .hasMessageContaining(told);
  }

  private CgroupLimits limits() {
    return new CgroupLimits(Cgroups.mountedAt(folder.resolve("cgroup")), folder.resolve("proc"));
  }

  private Path file(String path, String text) throws IOException {
    Path file = folder.resolve(path);
    Files.createDirectories(file.getParent());
    return Files.writeString(file, text + "\n");
  }

  private static HugepageLimit pages(long bytes) {
    return HugepageLimit.newBuilder().setPageSize("2MB").setLimit(bytes).build();
  }

  private static LinuxContainerResources hugePages(long bytes) {
    return LinuxContainerResources.newBuilder().addHugepageLimits(pages(bytes)).build();
  }
}
