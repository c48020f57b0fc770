package io.keelson.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.NetworkInterface;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NetworkNamespacesIT {
  private final NetworkNamespaces namespaces = new NativeNetworkNamespaces();

  @TempDir Path directory;
  private Path pin;

  @BeforeEach
  void needsTheRightToMount() {
    if (!Capabilities.ofThisProcess().has(Capability.SYS_ADMIN)) {
      Assumptions.abort("network namespaces need CAP_SYS_ADMIN: run as root");
    }
    pin = directory.resolve("a b/pod");
  }

  @AfterEach
  void leaveNothing() {
    namespaces.remove(pin);
  }

  @Test
  void aNewNamespaceHasALoopbackOfItsOwnThatIsDown() throws Exception {
    namespaces.create(pin);

    assertThat(namespaces.isPinned(pin)).isTrue();
    assertThat(namespaces.call(pin, () -> NetworkInterface.getByName("lo").isUp())).isFalse();
  }

  @Test
  void theCallersOwnNamespaceIsUntouchedByACallInAnother() throws Exception {
    Object before = ownNamespace();
    namespaces.create(pin);

    Object inside = namespaces.call(pin, NetworkNamespacesIT::ownNamespace);

    assertThat(inside).isNotEqualTo(before);
    assertThat(ownNamespace()).isEqualTo(before);
  }

  @Test
  void aProcessNamespaceOutlivesTheProcessOnceItIsPinned() throws Exception {
    Process process = new ProcessBuilder("unshare", "--net", "sleep", "60").start();
    Path ofProcess = Path.of("/proc/" + process.pid() + "/ns/net");
    Object identity;
    try {
      await().until(() -> !Files.isSameFile(ofProcess, Path.of("/proc/self/ns/net")));
      identity = Files.getAttribute(ofProcess, "unix:ino");
      namespaces.pin(process.pid(), pin);
      namespaces.pin(process.pid(), pin);
      assertThat(Files.isSameFile(ofProcess, pin)).isTrue();
    } finally {
      process.destroyForcibly().waitFor();
    }

    assertThat(namespaces.call(pin, NetworkNamespacesIT::ownNamespace)).isEqualTo(identity);
  }

  @Test
  void aPinIsNotReplacedByAnotherNamespace() {
    namespaces.create(pin);

    assertThatThrownBy(() -> namespaces.pin(ProcessHandle.current().pid(), pin))
        .isInstanceOf(LinuxException.class)
        .hasMessageContaining("EEXIST")
        .hasMessageContaining(pin.toString());
    assertThatThrownBy(() -> namespaces.create(pin)).hasMessageContaining("EEXIST");
  }

  @Test
  void pinningAProcessThatIsGoneNamesCallAndProcess() {
    assertThatThrownBy(() -> namespaces.pin(Integer.MAX_VALUE, pin))
        .isInstanceOfSatisfying(
            LinuxException.class,
            e -> {
              assertThat(e.call()).isEqualTo("mount");
              assertThat(e.errnoName()).isEqualTo("ENOENT");
              assertThat(e).hasMessageContaining("/proc/" + Integer.MAX_VALUE + "/ns/net");
            });
    assertThat(pin).doesNotExist();
  }

  @Test
  void removingIsRepeatable() {
    namespaces.create(pin);

    namespaces.remove(pin);
    namespaces.remove(pin);

    assertThat(namespaces.isPinned(pin)).isFalse();
    assertThat(pin).doesNotExist();
  }

  @Test
  void aCopyOfThePinInAnotherMountNamespaceGoesWhenThePinIsRemoved() throws Exception {
    namespaces.create(pin);
    Process holder =
        new ProcessBuilder("unshare", "--mount", "--propagation", "private", "sleep", "60").start();
    Path mountsOfHolder = Path.of("/proc/" + holder.pid() + "/mountinfo");
    try {
      await()
          .until(() ->
              !Files.isSameFile(
                  Path.of("/proc/" + holder.pid() + "/ns/mnt"), Path.of("/proc/self/ns/mnt")));
      assertThat(Files.readString(mountsOfHolder)).contains("a\\040b/pod");

      namespaces.remove(pin);

      assertThat(Files.readString(mountsOfHolder)).doesNotContain("a\\040b/pod");
    } finally {
      holder.destroyForcibly().waitFor();
    }
  }

  @Test
  void whatTheWorkThrowsReachesTheCaller() {
    namespaces.create(pin);

    assertThatThrownBy(() ->
            namespaces.call(
                pin,
                () -> {
                  throw new IOException("no luck");
                }))
        .isInstanceOf(IOException.class)
        .hasMessage("no luck");
  }

  @Test
  void anInterruptReachesTheWork() throws Exception {
    namespaces.create(pin);
    CountDownLatch started = new CountDownLatch(1);
    AtomicReference<Throwable> thrown = new AtomicReference<>();
    Thread caller =
        Thread.ofVirtual()
            .start(() -> {
              try {
                namespaces.call(
                    pin,
                    () -> {
                      started.countDown();
                      new CountDownLatch(1).await();
                      return "never";
                    });
              } catch (Exception e) {
                thrown.set(e);
              }
            });
    started.await();

    caller.interrupt();
    caller.join();

    assertThat(thrown.get()).isInstanceOf(InterruptedException.class);
  }

  private static Object ownNamespace() throws Exception {
    return Files.getAttribute(Path.of("/proc/thread-self/ns/net"), "unix:ino");
  }
}
