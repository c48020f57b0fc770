package io.keelson.node.agent;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Container;
import io.keelson.node.agent.config.ConfigException;
import io.keelson.node.agent.config.ContainerConfigBuilder;
import io.keelson.node.agent.manifest.PodManifest;
import io.keelson.runtime.spi.CriException;
import io.keelson.runtime.v1.ContainerConfig;
import io.keelson.runtime.v1.Image;
import io.keelson.runtime.v1.PodSandboxConfig;
import io.keelson.runtime.v1.PodSandboxStatus;
import io.keelson.volumes.HostPathPublication;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Takes one container of a pod from nothing to running: image, configuration, create, start. */
final class ContainerStarter {
  private static final Logger log = LoggerFactory.getLogger(ContainerStarter.class);

  private final NodeServices services;
  private final PodManifest manifest;
  private final ImageProvider images;
  private final LifecycleHooks hooks;

  ContainerStarter(NodeServices services, PodManifest manifest) {
    this.services = services;
    this.manifest = manifest;
    this.images = new ImageProvider(services.client());
    this.hooks = new LifecycleHooks(services.actions(), services.clock());
  }

  /**
   * Starts an instance; its postStart hook has run when this returns.
   *
   * @param configMaps by namespace and name
   */
  void start(
      Container container, int attempt, PodSandboxStatus sandbox, Map<String, ConfigMap> configMaps)
      throws StartFailure, InterruptedException {
    PodSandboxConfig sandboxConfig =
        services.sandboxConfigs().build(manifest, sandbox.getMetadata().getAttempt());
    String handler = services.sandboxConfigs().runtimeHandler(manifest);
    Image image = images.provide(container, handler, sandboxConfig);
    List<String> podIps = podIps(sandbox);
    ContainerConfig config = configure(container, attempt, image, podIps, configMaps);
    String id = create(config, sandbox.getId(), sandboxConfig);
    try {
      services.client().startContainer(id);
    } catch (CriException e) {
      throw new StartFailure(StartFailure.RUN, String.valueOf(e.getMessage()), e);
    }
    log.info("container {} of {} started", container.getName(), manifest.fullName());
    try {
      hooks.postStart(container, id, podIps.isEmpty() ? "" : podIps.getFirst());
    } catch (StartFailure e) {
      services.client().stopContainer(id, Duration.ofSeconds(ContainerStopper.LEAST_GRACE_SECONDS));
      throw e;
    }
  }

  private List<String> podIps(PodSandboxStatus sandbox) {
    return ObservedPod.isHostNetwork(sandbox)
        ? List.of(services.facts().hostIp())
        : ObservedPod.ips(sandbox);
  }

  private ContainerConfig configure(
      Container container,
      int attempt,
      Image image,
      List<String> podIps,
      Map<String, ConfigMap> configMaps)
      throws StartFailure {
    try {
      Map<String, HostPathPublication> published =
          services
              .volumeMounts()
              .publish(manifest.pod(), services.podDirectory(manifest), configMaps);
      Files.createDirectories(services.logDirectory(manifest).resolve(container.getName()));
      return services
          .containerConfigs()
          .build(
              manifest,
              container,
              new ContainerConfigBuilder.Inputs(
                  services.podDirectory(manifest), attempt, image, podIps, configMaps, published));
    } catch (ConfigException e) {
      throw new StartFailure(StartFailure.CREATE_CONFIG, String.valueOf(e.getMessage()), e);
    } catch (IOException e) {
      throw new StartFailure(
          StartFailure.CREATE_CONFIG,
          "make the log directory of container '%s': %s"
              .formatted(container.getName(), e.getMessage()),
          e);
    }
  }

  private String create(ContainerConfig config, String sandboxId, PodSandboxConfig sandboxConfig)
      throws StartFailure, InterruptedException {
    try {
      return services.client().createContainer(sandboxId, config, sandboxConfig);
    } catch (CriException e) {
      throw new StartFailure(StartFailure.CREATE, String.valueOf(e.getMessage()), e);
    }
  }
}
