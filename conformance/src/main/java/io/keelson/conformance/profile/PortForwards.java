package io.keelson.conformance.profile;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.grpc.Status.Code;
import io.keelson.conformance.Covers;
import io.keelson.conformance.Specification;
import io.keelson.conformance.fixture.GivesRuntime;
import io.keelson.conformance.fixture.Pod;
import io.keelson.conformance.fixture.RuntimeUnderTest;
import io.keelson.conformance.fixture.Streams;
import io.keelson.runtime.streaming.client.PortForwarding;
import io.keelson.runtime.streaming.client.PortForwarding.Forwarded;
import io.keelson.runtime.streaming.client.Transport;
import io.keelson.runtime.v1.PortForwardRequest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** PortForward, over both transports. */
@ExtendWith(GivesRuntime.class)
public final class PortForwards {
  private static final int PORT = 8080;
  private static final int CONNECTIONS = 5;

  /** Called by JUnit. */
  PortForwards() {}

  @Test
  @Specification(
      document = "CRI api.proto, rpc PortForward",
      says = "connections over the url end at ports of the pod")
  @Covers({
    "PortForwardRequest.pod_sandbox_id",
    "PortForwardRequest.port",
    "PortForwardResponse.url"
  })
  void connectionsEndAtThePodsPortOverSpdy(RuntimeUnderTest node) throws Exception {
    connectionsEndAtThePodsPort(node, Transport.SPDY);
  }

  @Test
  @Specification(
      document = "Kubernetes, port-forward through a WebSocket tunnel",
      says = "connections through the tunnel end at ports of the pod")
  @Covers({"PortForwardResponse.url"})
  void connectionsEndAtThePodsPortOverWebSocket(RuntimeUnderTest node) throws Exception {
    connectionsEndAtThePodsPort(node, Transport.WEB_SOCKET);
  }

  private static void connectionsEndAtThePodsPort(RuntimeUnderTest node, Transport how)
      throws Exception {
    node.assumeRunsPrograms();
    Pod pod = node.runPod();
    var container =
        pod.create("main", "answer", "tcp", Integer.toString(PORT), "greetings").start();
    node.await(
        "the program listens",
        () -> container.run("call", "127.0.0.1", Integer.toString(PORT)).contains("greetings"));
    try (PortForwarding ports = new Streams(node, how).forward(pod, PORT)) {
      for (int i = 0; i < CONNECTIONS; i++) {
        try (Forwarded connection = ports.open(PORT)) {
          assertEquals(
              "greetings",
              new String(connection.input().readAllBytes(), UTF_8),
              "what the port says to connection " + i);
        }
      }
    }
  }

  @Test
  @Specification(
      document = "CRI api.proto, rpc PortForward",
      says = "a connection to a port that nobody listens on fails by itself")
  @Covers({"PortForwardRequest.port"})
  void aPortThatNobodyListensOnIsTold(RuntimeUnderTest node) throws Exception {
    node.assumeRunsPrograms();
    Pod pod = node.runPod();
    pod.create("main", "pause").start();
    try (PortForwarding ports = new Streams(node, Transport.SPDY).forward(pod, PORT);
        Forwarded connection = ports.open(PORT)) {
      assertFalse(connection.awaitError().isEmpty(), "no error is told");
    }
  }

  @Test
  @Specification(
      document = "CRI api.proto, rpc PortForward",
      says = "there is nothing to forward to in a pod that is not there")
  @Covers({"PortForwardRequest.pod_sandbox_id"})
  void aPodThatIsNotThereIsNotFound(RuntimeUnderTest node) {
    var request =
        PortForwardRequest.newBuilder().setPodSandboxId("0123456789abcdef").addPort(PORT).build();
    node.assertFails(
        Code.NOT_FOUND,
        () -> node.ifServed("PortForward", () -> node.runtime().portForward(request)));
  }
}
