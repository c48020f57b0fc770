package io.keelson.benchmarks;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.model.HostConfig;
import com.github.dockerjava.api.model.LogConfig;
import io.keelson.runtime.docker.engine.DockerEngine;
import java.util.List;

/**
 * The engine's part of a pod's start: the four calls that no runtime on top of it can do without,
 * with no network, no record and no node agent around them.
 */
final class EnginePod {
  private EnginePod() {}

  /** Makes and starts a pod's two containers, removes them, and returns what the start took. */
  static long startNanos(DockerEngine engine) throws InterruptedException {
    long begun = System.nanoTime();
    String pause =
        started(
            engine,
            HostConfig.newHostConfig()
                .withNetworkMode("none")
                .withIpcMode("shareable")
                .withLogConfig(new LogConfig(LogConfig.LoggingType.NONE)),
            true);
    String container =
        started(
            engine,
            HostConfig.newHostConfig()
                .withNetworkMode("container:" + pause)
                .withIpcMode("container:" + pause)
                .withLogConfig(new LogConfig(LogConfig.LoggingType.JSON_FILE)),
            false);
    long nanos = System.nanoTime() - begun;
    for (String id : List.of(container, pause)) {
      engine.call("remove", docker -> docker.removeContainerCmd(id).withForce(true).exec());
    }
    return nanos;
  }

  private static String started(DockerEngine engine, HostConfig host, boolean networkDisabled)
      throws InterruptedException {
    host.withSecurityOpts(List.of("seccomp=unconfined"));
    String id = engine.call("create", docker -> create(docker, host, networkDisabled));
    engine.call("start", docker -> docker.startContainerCmd(id).exec());
    return id;
  }

  private static String create(DockerClient docker, HostConfig host, boolean networkDisabled) {
    return docker
        .createContainerCmd(Workspace.IMAGE)
        .withNetworkDisabled(networkDisabled)
        .withHostConfig(host)
        .exec()
        .getId();
  }
}
