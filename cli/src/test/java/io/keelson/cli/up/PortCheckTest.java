package io.keelson.cli.up;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.ContainerPortBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Calling the ports of a pod, which here is a server of the test on the loopback interface. */
final class PortCheckTest {
  private static final String LOOPBACK = "127.0.0.1";

  private static Pod pod(@Nullable String protocol, int port, @Nullable Integer hostPort) {
    return new PodBuilder()
        .withNewSpec()
        .addNewContainer()
        .withPorts(
            new ContainerPortBuilder()
                .withContainerPort(port)
                .withHostPort(hostPort)
                .withProtocol(protocol)
                .build())
        .endContainer()
        .endSpec()
        .build();
  }

  /** A server that answers each caller the same. */
  private static ServerSocket serve(String answer) throws IOException {
    ServerSocket server = new ServerSocket(0, 16, InetAddress.getLoopbackAddress());
    Thread.ofVirtual()
        .start(() -> {
          try {
            while (true) {
              try (Socket caller = server.accept()) {
                caller.getInputStream().read(new byte[1024]);
                caller.getOutputStream().write(answer.getBytes(StandardCharsets.UTF_8));
              }
            }
          } catch (IOException e) {
            // The test is over.
            return;
          }
        });
    return server;
  }

  @Test
  void tellsStatusAndPageOnThePodsAddressAndOnTheHostPort() throws Exception {
    try (ServerSocket server = serve("HTTP/1.0 200 OK\r\nA: b\r\n\r\n<h1>Hi</h1>\u001b[31m\n")) {
      int port = server.getLocalPort();

      assertThat(PortCheck.of(pod("TCP", port, port), LOOPBACK))
          .extracting(PortCheck::text)
          .containsExactly(
              "http://127.0.0.1:%d/ (pod IP): 200 OK: <h1>Hi</h1> [31m".formatted(port),
              "http://127.0.0.1:%d/ (host port): 200 OK: <h1>Hi</h1> [31m".formatted(port));
    }
  }

  @Test
  void aLongPageIsCut() throws Exception {
    try (ServerSocket server = serve("HTTP/1.1 404 Not Found\r\n\r\n" + "x".repeat(5000))) {
      assertThat(PortCheck.of(pod("TCP", server.getLocalPort(), null), LOOPBACK))
          .singleElement()
          .extracting(PortCheck::what)
          .isEqualTo("404 Not Found: " + "x".repeat(120));
    }
  }

  @Test
  void whatIsNotHttpAnswersToo() throws Exception {
    try (ServerSocket server = serve("SSH-2.0-OpenSSH_9\r\n")) {
      assertThat(PortCheck.of(pod(null, server.getLocalPort(), null), LOOPBACK))
          .singleElement()
          .satisfies(check -> {
            assertThat(check.answers()).isTrue();
            assertThat(check.what()).isEqualTo("answers, though not in HTTP");
          });
    }
  }

  @Test
  void aPortWithoutAnswerSaysWhy() throws Exception {
    int free;
    try (ServerSocket server = serve("")) {
      free = server.getLocalPort();
    }
    assertThat(PortCheck.of(pod("TCP", free, null), LOOPBACK))
        .singleElement()
        .extracting(PortCheck::text)
        .asString()
        .startsWith("http://127.0.0.1:%d/ (pod IP): no answer, ".formatted(free));
  }

  @Test
  void portsThatAreNotTcpAreNotCalled() {
    assertThat(PortCheck.of(pod("UDP", 53, 53), LOOPBACK)).isEmpty();
  }
}
