package io.keelson.node.agent.config;

import com.google.protobuf.ByteString;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.Pod;
import io.keelson.node.agent.manifest.PodManifest;
import io.keelson.node.agent.manifest.StopSignals;
import io.keelson.runtime.v1.ContainerConfig;
import io.keelson.runtime.v1.ContainerMetadata;
import io.keelson.runtime.v1.Image;
import io.keelson.runtime.v1.ImageSpec;
import io.keelson.runtime.v1.KeyValue;
import io.keelson.runtime.v1.LinuxContainerConfig;
import io.keelson.runtime.v1.Mount;
import io.keelson.runtime.v1.Signal;
import io.keelson.volumes.HostPathPublication;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import tools.jackson.databind.json.JsonMapper;

/** Describes a pod's containers to a runtime. */
public final class ContainerConfigBuilder {
  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final String HOSTS_PATH = "/etc/hosts";

  private final NodeFacts node;
  private final PodVolumeMounts volumes;

  /** Creates a builder for pods of one node. */
  public ContainerConfigBuilder(NodeFacts node, PodVolumeMounts volumes) {
    this.node = node;
    this.volumes = volumes;
  }

  /**
   * What a container is made from besides its manifest.
   *
   * @param podDirectory the pod's own directory, where files for the container are made
   * @param attempt how often the container was started before
   * @param image the image as the runtime has it
   * @param podIps the pod's addresses, the first one first
   * @param configMaps by namespace and name
   * @param published the pod's volumes
   */
  public record Inputs(
      Path podDirectory,
      int attempt,
      Image image,
      List<String> podIps,
      Map<String, ConfigMap> configMaps,
      Map<String, HostPathPublication> published) {}

  /**
   * One container.
   *
   * @throws ConfigException when it asks for something that cannot be had
   */
  public ContainerConfig build(PodManifest manifest, Container container, Inputs inputs) {
    Pod pod = manifest.pod();
    Map<String, String> environment =
        new Environment(pod, node, inputs.podIps(), inputs.configMaps()).of(container);
    ContainerConfig.Builder config =
        ContainerConfig.newBuilder()
            .setMetadata(
                ContainerMetadata.newBuilder()
                    .setName(container.getName())
                    .setAttempt(inputs.attempt()))
            .setImage(
                ImageSpec.newBuilder()
                    .setImage(inputs.image().getId())
                    .setUserSpecifiedImage(container.getImage()))
            .setWorkingDir(Objects.requireNonNullElse(container.getWorkingDir(), ""))
            .setLogPath(container.getName() + "/" + inputs.attempt() + ".log")
            .setStdin(Boolean.TRUE.equals(container.getStdin()))
            .setStdinOnce(Boolean.TRUE.equals(container.getStdinOnce()))
            .setTty(Boolean.TRUE.equals(container.getTty()))
            .setStopSignal(stopSignal(container))
            .addAllMounts(
                volumes.mounts(container, inputs.podDirectory(), inputs.published(), environment))
            .setLinux(
                LinuxContainerConfig.newBuilder()
                    .setResources(Resources.of(pod, container, node.memoryBytes()))
                    .setSecurityContext(
                        new SecurityContexts(pod, node.seccompDirectory())
                            .of(container, inputs.image())));
    for (String word : container.getCommand()) {
      config.addCommand(VariableExpansion.expand(word, environment));
    }
    for (String word : container.getArgs()) {
      config.addArgs(VariableExpansion.expand(word, environment));
    }
    environment.forEach((key, value) ->
        config.addEnvs(KeyValue.newBuilder().setKey(key).setValue(ByteString.copyFromUtf8(value))));
    identify(config, manifest, container, inputs.attempt());
    try {
      config.addAllMounts(ownFiles(config.build(), pod, container, inputs));
    } catch (IOException e) {
      throw new ConfigException(
          "make files for container '%s' in %s: %s"
              .formatted(container.getName(), inputs.podDirectory(), e.getMessage()),
          e);
    }
    return config.build();
  }

  private static Signal stopSignal(Container container) {
    return container.getLifecycle() == null || container.getLifecycle().getStopSignal() == null
        ? Signal.SIGNAL_RUNTIME_DEFAULT
        : StopSignals.find(container.getLifecycle().getStopSignal()).orElseThrow();
  }

  private void identify(
      ContainerConfig.Builder config, PodManifest manifest, Container container, int attempt) {
    config
        .putLabels(PodLabels.CONTAINER_NAME, container.getName())
        .putLabels(PodLabels.POD_NAME, manifest.name())
        .putLabels(PodLabels.POD_NAMESPACE, manifest.namespace())
        .putLabels(PodLabels.POD_UID, manifest.uid())
        .putLabels(PodLabels.AGENT, node.name())
        .putAnnotations(PodLabels.CONTAINER_HASH, hash(container))
        .putAnnotations(PodLabels.RESTART_COUNT, String.valueOf(attempt))
        .putAnnotations(PodLabels.MESSAGE_PATH, container.getTerminationMessagePath())
        .putAnnotations(PodLabels.MESSAGE_POLICY, container.getTerminationMessagePolicy())
        .putAnnotations(
            PodLabels.GRACE_PERIOD,
            String.valueOf(manifest.pod().getSpec().getTerminationGracePeriodSeconds()));
    if (!container.getPorts().isEmpty()) {
      config.putAnnotations(PodLabels.PORTS, JSON.writeValueAsString(container.getPorts()));
    }
  }

  /** Changes with what the manifest says about a container. */
  public static String hash(Container container) {
    try {
      byte[] text = JSON.writeValueAsString(container).getBytes(StandardCharsets.UTF_8);
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(text), 0, 8);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  /** Files the agent gives every container: its hosts and the place for its last words. */
  private List<Mount> ownFiles(ContainerConfig config, Pod pod, Container container, Inputs inputs)
      throws IOException {
    List<Mount> mounts = new ArrayList<>();
    if (!mountsOver(config, HOSTS_PATH)) {
      Path hosts = inputs.podDirectory().resolve("etc-hosts");
      Files.writeString(
          hosts,
          HostsFile.text(
              pod.getSpec(), inputs.podIps(), PodHostName.of(pod, node.clusterDomain())));
      Files.setAttribute(hosts, "unix:mode", 0644);
      mounts.add(mount(HOSTS_PATH, hosts));
    }
    String messagePath = container.getTerminationMessagePath();
    if (!mountsOver(config, messagePath)) {
      Path message = messageFile(inputs.podDirectory(), container.getName(), inputs.attempt());
      Files.createDirectories(message.resolve("..").normalize());
      Files.writeString(message, "");
      // Whoever the container runs as must be able to leave its last words.
      Files.setAttribute(message, "unix:mode", 0666);
      mounts.add(mount(messagePath, message));
    }
    return mounts;
  }

  /** The file that holds the last words of one run of a container. */
  public static Path messageFile(Path podDirectory, String container, int attempt) {
    return podDirectory.resolve("containers").resolve(container).resolve("message-" + attempt);
  }

  private static boolean mountsOver(ContainerConfig config, String path) {
    return config.getMountsList().stream().anyMatch(mount -> mount.getContainerPath().equals(path));
  }

  private static Mount mount(String containerPath, Path hostPath) {
    return Mount.newBuilder()
        .setContainerPath(containerPath)
        .setHostPath(hostPath.toString())
        .build();
  }
}
