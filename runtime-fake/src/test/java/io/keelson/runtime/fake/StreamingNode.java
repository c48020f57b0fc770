package io.keelson.runtime.fake;

import io.keelson.runtime.client.RuntimeClient;
import io.keelson.runtime.server.RuntimeServer;
import io.keelson.runtime.streaming.StreamSelection;
import io.keelson.runtime.streaming.StreamingSettings;
import io.keelson.runtime.streaming.client.PortForwarding;
import io.keelson.runtime.streaming.client.RemoteProcess;
import io.keelson.runtime.streaming.client.StreamingClient;
import io.keelson.runtime.streaming.client.Transport;
import io.keelson.runtime.transport.Endpoint;
import io.keelson.runtime.v1.AttachRequest;
import io.keelson.runtime.v1.AuthConfig;
import io.keelson.runtime.v1.ExecRequest;
import io.keelson.runtime.v1.PodSandboxConfig;
import io.keelson.runtime.v1.PortForwardRequest;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;

/** A served fake node with one running container, and clients of its streams. */
final class StreamingNode implements AutoCloseable {
  /** Input, output and errors. */
  static final StreamSelection ALL = new StreamSelection(true, true, true, false);

  /** A terminal. */
  static final StreamSelection TERMINAL = new StreamSelection(true, true, false, true);

  private final FakeBackend backend = new FakeBackend(Clock.systemUTC());
  private final RuntimeServer server;
  private final RuntimeClient client;
  private final String pod;
  private final String container;

  private StreamingNode(Path folder, StreamingSettings settings)
      throws IOException, InterruptedException {
    Endpoint.Unix endpoint = new Endpoint.Unix(folder.resolve("cri.sock").toAbsolutePath());
    server = RuntimeServer.builder().backend(backend).listen(endpoint).streaming(settings).build();
    server.start();
    client = RuntimeClient.connect(endpoint);
    PodSandboxConfig config = Requests.pod("a");
    pod = client.runPodSandbox(config, "");
    client.pullImage(Requests.IMAGE, AuthConfig.getDefaultInstance(), config);
    container = client.createContainer(pod, Requests.container("main"), config);
    client.startContainer(container);
  }

  static StreamingNode start(Path folder) throws IOException, InterruptedException {
    return start(folder, StreamingSettings.DEFAULTS);
  }

  static StreamingNode start(Path folder, StreamingSettings settings)
      throws IOException, InterruptedException {
    return new StreamingNode(folder, settings);
  }

  FakeBackend backend() {
    return backend;
  }

  RuntimeServer server() {
    return server;
  }

  RuntimeClient client() {
    return client;
  }

  String pod() {
    return pod;
  }

  String container() {
    return container;
  }

  URI execUrl(StreamSelection streams, String... command) throws InterruptedException {
    return URI.create(
        client.exec(
            ExecRequest.newBuilder()
                .setContainerId(container)
                .addAllCmd(List.of(command))
                .setStdin(streams.stdin())
                .setStdout(streams.stdout())
                .setStderr(streams.stderr())
                .setTty(streams.tty())
                .build()));
  }

  RemoteProcess exec(Transport transport, StreamSelection streams, String... command)
      throws IOException, InterruptedException {
    return new StreamingClient(transport, null).open(execUrl(streams, command), streams);
  }

  RemoteProcess attach(Transport transport) throws IOException, InterruptedException {
    String url =
        client.attach(
            AttachRequest.newBuilder()
                .setContainerId(container)
                .setStdin(true)
                .setStdout(true)
                .setStderr(true)
                .build());
    return new StreamingClient(transport, null).open(URI.create(url), ALL);
  }

  URI portForwardUrl(Integer... ports) throws InterruptedException {
    return URI.create(
        client.portForward(
            PortForwardRequest.newBuilder()
                .setPodSandboxId(pod)
                .addAllPort(List.of(ports))
                .build()));
  }

  PortForwarding forwardPorts(Transport transport) throws IOException, InterruptedException {
    return new StreamingClient(transport, null).forwardPorts(portForwardUrl());
  }

  @Override
  public void close() {
    client.close();
    server.close();
  }
}
