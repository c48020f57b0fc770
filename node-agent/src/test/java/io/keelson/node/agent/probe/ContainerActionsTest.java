package io.keelson.node.agent.probe;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.Probe;
import io.fabric8.kubernetes.api.model.ProbeBuilder;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.InsecureServerCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.protobuf.services.HealthStatusManager;
import io.keelson.runtime.client.RuntimeClient;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ContainerActionsTest {
  private static final String LOOPBACK = "127.0.0.1";

  /** No probe here reaches into a container, so nobody needs to answer on this channel. */
  private final ManagedChannel channel =
      Grpc.newChannelBuilderForAddress(LOOPBACK, 1, InsecureChannelCredentials.create()).build();

  private final ContainerActions actions = new ContainerActions(RuntimeClient.over(channel));

  @AfterEach
  void close() {
    channel.shutdownNow();
  }

  private ProbeOutcome probe(ProbeBuilder probe, int port) throws InterruptedException {
    Probe built = probe.withTimeoutSeconds(1).build();
    Container container =
        new ContainerBuilder()
            .withName("main")
            .addNewPort()
            .withName("http")
            .withContainerPort(port)
            .endPort()
            .build();
    return actions.probe(built, container, "id", LOOPBACK);
  }

  private static ProbeBuilder http(String path) {
    return new ProbeBuilder()
        .withNewHttpGet()
        .withPath(path)
        .withPort(new IntOrString("http"))
        .addNewHttpHeader("Host", "web.example")
        .endHttpGet();
  }

  @Test
  void anHttpProbeFindsANamedPortSendsItsHeadersAndJudgesTheStatus() throws Exception {
    AtomicReference<String> host = new AtomicReference<>("");
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          host.set(exchange.getRequestHeaders().getFirst("Host"));
          boolean broken = exchange.getRequestURI().getPath().equals("/broken");
          exchange.sendResponseHeaders(broken ? 500 : 302, -1);
          exchange.close();
        });
    server.start();
    try {
      int port = server.getAddress().getPort();
      assertThat(probe(http("/"), port).success()).isTrue();
      assertThat(host.get()).isEqualTo("web.example");
      ProbeOutcome broken = probe(http("/broken"), port);
      assertThat(broken.success()).isFalse();
      assertThat(broken.message()).contains("/broken answered with status 500");
    } finally {
      server.stop(0);
    }
  }

  @Test
  void aServerThatTakesConnectionsAndNeverAnswersFailsHttpAndPassesTcp() throws Exception {
    try (ServerSocket silent = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
      int port = silent.getLocalPort();
      assertThat(probe(http("/"), port).message()).contains("did not answer within 1 s");
      assertThat(tcp(port).success()).isTrue();
    }
  }

  @Test
  void aTcpProbeFailsWhereNobodyListens() throws Exception {
    int port = freePort();

    assertThat(tcp(port).message()).contains("connect to 127.0.0.1:" + port);
  }

  private ProbeOutcome tcp(int port) throws InterruptedException {
    return probe(
        new ProbeBuilder().withNewTcpSocket().withPort(new IntOrString(port)).endTcpSocket(), port);
  }

  @Test
  void aGrpcProbeAsksTheHealthService() throws Exception {
    HealthStatusManager health = new HealthStatusManager();
    Server server =
        Grpc.newServerBuilderForPort(0, InsecureServerCredentials.create())
            .addService(health.getHealthService())
            .build()
            .start();
    try {
      ProbeBuilder probe = new ProbeBuilder().withNewGrpc().withPort(server.getPort()).endGrpc();
      assertThat(probe(probe, 1).success()).isTrue();
      health.setStatus("", ServingStatus.NOT_SERVING);
      assertThat(probe(probe, 1).message()).contains("NOT_SERVING");
    } finally {
      server.shutdownNow();
    }
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }
}
