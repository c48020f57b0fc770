package io.keelson.runtime.fake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import io.keelson.runtime.server.RuntimeServer;
import io.keelson.runtime.transport.Endpoint;
import io.keelson.runtime.transport.EventLoops;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Another user is refused even where the socket's mode would let it in. Needs root. */
final class PeerCheckIT {
  private static final String NOBODY = "65534";

  /** Connects, sends a greeting and says what came of it. */
  private static final String PROBE =
      """
      import java.net.UnixDomainSocketAddress;
      import java.nio.ByteBuffer;
      import java.nio.channels.SocketChannel;
      import java.nio.file.Path;

      class Probe {
        public static void main(String[] arguments) throws Exception {
          try (var channel = SocketChannel.open(UnixDomainSocketAddress.of(Path.of(arguments[0])))) {
            int read = channel.read(ByteBuffer.allocate(1));
            System.out.println(read < 0 ? "closed" : "greeted");
          } catch (java.io.IOException e) {
            System.out.println(e.getMessage().contains("reset") ? "closed" : e.toString());
          }
        }
      }
      """;

  @TempDir private Path folder;

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void anotherUserIsRefusedThoughTheModeWouldLetItIn(boolean natively) throws Exception {
    if (!Files.getAttribute(Path.of("/proc/self"), "unix:uid").equals(0)) {
      abort("needs root to become another user");
    }
    Supplier<EventLoops> loops = () -> natively ? EventLoops.create(1) : EventLoops.createNio(1);
    Endpoint.Unix endpoint = new Endpoint.Unix(folder.resolve("cri.sock"));
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
    Path probe = Files.writeString(folder.resolve("Probe.java"), PROBE);
    try (RuntimeServer server =
        RuntimeServer.builder()
            .backend(new FakeBackend(Clock.systemUTC()))
            .listen(endpoint)
            .eventLoops(loops.get())
            .build()) {
      server.start();
      Files.setPosixFilePermissions(endpoint.path(), PosixFilePermissions.fromString("rw-rw-rw-"));

      assertThat(probeAs("0", probe, endpoint.path())).isEqualTo("greeted");
      assertThat(probeAs(NOBODY, probe, endpoint.path())).isEqualTo("closed");
    }
  }

  private static String probeAs(String uid, Path probe, Path socket)
      throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(
                List.of(
                    "setpriv",
                    "--reuid=" + uid,
                    "--regid=" + uid,
                    "--clear-groups",
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    probe.toString(),
                    socket.toString()))
            .redirectErrorStream(true)
            .start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    process.waitFor();
    return output.strip();
  }
}
