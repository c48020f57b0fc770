package io.keelson.runtime.fake;

import io.grpc.ManagedChannel;
import io.keelson.runtime.client.RuntimeClient;
import io.keelson.runtime.server.RuntimeServer;
import io.keelson.runtime.spi.RuntimeBackend;
import io.keelson.runtime.transport.Endpoint;
import io.keelson.runtime.transport.EventLoops;
import io.keelson.runtime.v1.ImageServiceGrpc;
import io.keelson.runtime.v1.ImageServiceGrpc.ImageServiceBlockingStub;
import io.keelson.runtime.v1.RuntimeServiceGrpc;
import io.keelson.runtime.v1.RuntimeServiceGrpc.RuntimeServiceBlockingStub;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** A running server over some backends on a unix socket, and callers of it. */
final class ServedBackends implements AutoCloseable {
  private final EventLoops loops = EventLoops.create(1);
  private final RuntimeServer server;
  private final ManagedChannel channel;
  private final RuntimeClient client;

  private ServedBackends(RuntimeServer server, Endpoint endpoint) {
    this.server = server;
    this.channel = loops.channel(endpoint, null);
    this.client = RuntimeClient.over(channel);
  }

  static ServedBackends start(Path folder, RuntimeBackend... backends)
      throws IOException, InterruptedException {
    return start(folder, Duration.ofSeconds(5), List.of(backends));
  }

  static ServedBackends start(Path folder, Duration closeLimit, List<RuntimeBackend> backends)
      throws IOException, InterruptedException {
    Endpoint.Unix endpoint = new Endpoint.Unix(folder.resolve("cri.sock").toAbsolutePath());
    RuntimeServer.Builder builder = RuntimeServer.builder().listen(endpoint).closeLimit(closeLimit);
    backends.forEach(builder::backend);
    RuntimeServer server = builder.build();
    server.start();
    return new ServedBackends(server, endpoint);
  }

  RuntimeServer server() {
    return server;
  }

  ManagedChannel channel() {
    return channel;
  }

  RuntimeClient client() {
    return client;
  }

  RuntimeServiceBlockingStub runtime() {
    return RuntimeServiceGrpc.newBlockingStub(channel)
        .withMaxInboundMessageSize(EventLoops.MESSAGE_LIMIT);
  }

  ImageServiceBlockingStub images() {
    return ImageServiceGrpc.newBlockingStub(channel);
  }

  @Override
  public void close() {
    channel.shutdownNow();
    server.close();
    loops.close();
  }
}
