package io.keelson.cli;

import io.keelson.runtime.client.RuntimeClient;
import io.keelson.runtime.fake.FakeBackend;
import io.keelson.runtime.server.RuntimeServer;
import io.keelson.runtime.transport.Endpoint;
import io.keelson.runtime.v1.AuthConfig;
import io.keelson.runtime.v1.ContainerConfig;
import io.keelson.runtime.v1.ContainerMetadata;
import io.keelson.runtime.v1.ImageSpec;
import io.keelson.runtime.v1.PodSandboxConfig;
import io.keelson.runtime.v1.PodSandboxMetadata;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;

/** A daemon over the fake backend, and the pods a test wants in it. */
final class FakeNode implements AutoCloseable {
  private static final ImageSpec IMAGE = ImageSpec.newBuilder().setImage("busybox").build();

  private final Path folder;
  private final Endpoint.Unix endpoint;
  private final FakeBackend backend = new FakeBackend(Clock.systemUTC());
  private final RuntimeServer server;
  private final RuntimeClient client;

  FakeNode(Path folder) throws IOException, InterruptedException {
    this.folder = folder;
    this.endpoint = new Endpoint.Unix(folder.resolve("cri.sock"));
    this.server = RuntimeServer.builder().backend(backend).listen(endpoint).build();
    server.start();
    this.client = RuntimeClient.connect(endpoint);
  }

  /** As the option {@code --endpoint} takes it. */
  String endpoint() {
    return endpoint.toString();
  }

  Path socket() {
    return endpoint.path();
  }

  RuntimeClient client() {
    return client;
  }

  /** Makes a pod and answers its id. */
  String pod(String namespace, String name) throws InterruptedException {
    return client.runPodSandbox(podConfig(namespace, name), "");
  }

  /** Runs a container with a log, whose first line is its command, and answers its id. */
  String container(String podId, String namespace, String pod, String name, int attempt)
      throws InterruptedException {
    client.pullImage(IMAGE, AuthConfig.getDefaultInstance(), PodSandboxConfig.getDefaultInstance());
    ContainerConfig config =
        ContainerConfig.newBuilder()
            .setMetadata(ContainerMetadata.newBuilder().setName(name).setAttempt(attempt))
            .setImage(IMAGE)
            .addCommand(name + "-" + attempt)
            .setLogPath(name + "-" + attempt + ".log")
            .build();
    String id = client.createContainer(podId, config, podConfig(namespace, pod));
    client.startContainer(id);
    return id;
  }

  /** Ends a container as if its program had ended. */
  void exit(String containerId, int code) {
    backend.exitContainer(containerId, code);
  }

  private PodSandboxConfig podConfig(String namespace, String name) {
    return PodSandboxConfig.newBuilder()
        .setMetadata(
            PodSandboxMetadata.newBuilder()
                .setName(name)
                .setNamespace(namespace)
                .setUid("uid-of-" + namespace + "-" + name))
        .setLogDirectory(folder.resolve(namespace + "_" + name).toString())
        .build();
  }

  @Override
  public void close() {
    client.close();
    server.close();
  }
}
