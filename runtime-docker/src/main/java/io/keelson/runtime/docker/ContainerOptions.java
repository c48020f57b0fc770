package io.keelson.runtime.docker;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.command.CreateContainerCmd;
import com.github.dockerjava.api.model.Device;
import com.github.dockerjava.api.model.LogConfig;
import com.github.dockerjava.api.model.Mount;
import com.github.dockerjava.api.model.Ulimit;
import com.google.protobuf.ByteString;
import io.keelson.runtime.docker.mount.ContainerMounts;
import io.keelson.runtime.docker.records.ContainerRecord;
import io.keelson.runtime.docker.records.SandboxRecord;
import io.keelson.runtime.spi.CriException;
import io.keelson.runtime.v1.ContainerConfig;
import io.keelson.runtime.v1.KeyValue;
import io.keelson.runtime.v1.LinuxContainerSecurityContext;
import io.keelson.runtime.v1.LinuxContainerUser;
import io.keelson.runtime.v1.NamespaceMode;
import io.keelson.runtime.v1.NamespaceOption;
import io.keelson.runtime.v1.Signal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Turns a CRI container into the engine's create command. Every field is either carried over or
 * refused by name.
 */
final class ContainerOptions {
  private static final Path RESOLV_CONF = Path.of("/etc/resolv.conf");
  private static final Path HOSTS = Path.of("/etc/hosts");
  private static final Path HOSTNAME = Path.of("/etc/hostname");

  private final String owner;
  private final Map<String, String> runtimes;
  private final SecurityOptions security;
  private final ResourceOptions resources;
  private final List<Ulimit> ulimits;
  private final PodFiles files;
  private final LogConfig log;

  ContainerOptions(
      String owner,
      Map<String, String> runtimes,
      SecurityOptions security,
      ResourceOptions resources,
      List<Ulimit> ulimits,
      PodFiles files,
      LogConfig log) {
    this.owner = owner;
    this.runtimes = runtimes;
    this.security = security;
    this.resources = resources;
    this.ulimits = ulimits;
    this.files = files;
    this.log = log;
  }

  /**
   * The create command.
   *
   * @param record with the user it runs as, and its CDI devices resolved
   * @param mounts those the container asks for
   * @throws CriException {@code UNIMPLEMENTED} or {@code INVALID_ARGUMENT} naming the field that
   *     cannot be had
   */
  CreateContainerCmd command(
      DockerClient client, ContainerRecord record, SandboxRecord sandbox, List<Mount> mounts) {
    ContainerConfig config = record.getConfig();
    Map<String, String> labels = new HashMap<>(config.getLabelsMap());
    labels.putAll(labels(record, Labels.CONTAINER));
    CreateContainerCmd command =
        client
            .createContainerCmd(record.getImageId())
            .withName(
                EngineNames.container(
                    config.getMetadata(), sandbox.getConfig().getMetadata(), record.getToken()))
            .withLabels(labels)
            .withEnv(environment(config.getEnvsList()))
            .withTty(config.getTty())
            .withStdinOpen(config.getStdin())
            .withStdInOnce(config.getStdinOnce())
            .withUser(record.getUser().getUid() + ":" + record.getUser().getGid())
            .withHostConfig(hostConfig(record, sandbox, mounts));
    if (config.getCommandCount() > 0) {
      command.withEntrypoint(config.getCommandList());
    }
    if (config.getArgsCount() > 0) {
      command.withCmd(config.getArgsList());
    }
    if (!config.getWorkingDir().isEmpty()) {
      command.withWorkingDir(config.getWorkingDir());
    }
    if (config.getStopSignal() != Signal.SIGNAL_RUNTIME_DEFAULT) {
      command.withStopSignal(StopSignals.name(config.getStopSignal()));
    }
    return command;
  }

  /** Creates what is never started, and stands for a container's use of an image's files. */
  CreateContainerCmd hold(DockerClient client, ContainerRecord record, String imageId) {
    return client
        .createContainerCmd(imageId)
        .withLabels(labels(record, Labels.IMAGE_HOLD))
        .withEntrypoint("none")
        .withHostConfig(new EngineHostConfig().withNetworkMode("none"));
  }

  private Map<String, String> labels(ContainerRecord record, String kind) {
    Map<String, String> labels = new HashMap<>();
    labels.put(Labels.KIND, kind);
    labels.put(Labels.TOKEN, record.getToken());
    labels.put(Labels.OWNER, owner);
    labels.put(Labels.SANDBOX_ID, record.getSandboxId());
    return labels;
  }

  private static List<String> environment(List<KeyValue> variables) {
    List<String> words = new ArrayList<>(variables.size());
    for (KeyValue variable : variables) {
      ByteString value = variable.getValue();
      if (!value.isValidUtf8()) {
        throw CriException.unimplemented(
            "the value of variable %s is not UTF-8, which the Docker Engine cannot carry"
                .formatted(variable.getKey()));
      }
      words.add(variable.getKey() + "=" + value.toStringUtf8());
    }
    return words;
  }

  private EngineHostConfig hostConfig(
      ContainerRecord record, SandboxRecord sandbox, List<Mount> mounts) {
    ContainerConfig config = record.getConfig();
    LinuxContainerSecurityContext context = config.getLinux().getSecurityContext();
    if (context.getPrivileged()
        && !sandbox.getConfig().getLinux().getSecurityContext().getPrivileged()) {
      throw CriException.invalidArgument(
          "a privileged container needs a privileged sandbox, and sandbox %s is not"
              .formatted(sandbox.getId()));
    }
    EngineHostConfig host = new EngineHostConfig();
    host.withRuntime(runtimes.get(sandbox.getRuntimeHandler()));
    security.apply(context, host);
    host.withGroupAdd(supplementalGroups(record.getUser()));
    resources.apply(config.getLinux().getResources(), host);
    host.withUlimits(ulimits);
    joinNamespaces(context.getNamespaceOptions(), sandbox, host);
    host.withLogConfig(log);
    host.withMounts(withPodFiles(mounts, sandbox));
    List<Device> devices = new ArrayList<>();
    if (host.getDevices() != null) {
      Collections.addAll(devices, host.getDevices());
    }
    config.getDevicesList().stream()
        .map(d -> new Device(permissions(d), containerPath(d), d.getHostPath()))
        .forEach(devices::add);
    host.withDevices(devices);
    String cgroupParent = sandbox.getConfig().getLinux().getCgroupParent();
    if (!cgroupParent.isEmpty()) {
      host.withCgroupParent(cgroupParent);
    }
    return host;
  }

  /** The engine adds the primary group itself. */
  private static List<String> supplementalGroups(LinuxContainerUser user) {
    return user.getSupplementalGroupsList().stream()
        .filter(gid -> gid != user.getGid())
        .map(String::valueOf)
        .toList();
  }

  private static String permissions(io.keelson.runtime.v1.Device device) {
    return device.getPermissions().isEmpty() ? "rwm" : device.getPermissions();
  }

  private static String containerPath(io.keelson.runtime.v1.Device device) {
    return device.getContainerPath().isEmpty() ? device.getHostPath() : device.getContainerPath();
  }

  private static void joinNamespaces(
      NamespaceOption asked, SandboxRecord sandbox, EngineHostConfig host) {
    PauseContainer.refuseUserNamespace(asked);
    String pause = "container:" + sandbox.getId();
    boolean hostNetwork = DockerPod.namespaces(sandbox).getNetwork() == NamespaceMode.NODE;
    host.withNetworkMode(hostNetwork ? "host" : pause);
    host.withIpcMode(
        switch (asked.getIpc()) {
          case POD -> pause;
          case NODE -> "host";
          case CONTAINER -> "private";
          case TARGET, UNRECOGNIZED -> throw unknownMode("ipc", asked.getIpcValue());
        });
    switch (asked.getPid()) {
      case POD -> host.withPidMode(pause);
      case NODE -> host.withPidMode("host");
      case CONTAINER -> {}
      case TARGET -> host.withPidMode("container:" + asked.getTargetId());
      case UNRECOGNIZED -> throw unknownMode("pid", asked.getPidValue());
    }
  }

  private static CriException unknownMode(String namespace, int mode) {
    return CriException.invalidArgument(
        "namespace_options.%s: mode %d is not possible".formatted(namespace, mode));
  }

  private List<Mount> withPodFiles(List<Mount> asked, SandboxRecord sandbox) {
    List<Mount> mounts = new ArrayList<>(asked);
    Set<Path> targets = new HashSet<>();
    asked.forEach(mount -> targets.add(Path.of(mount.getTarget()).normalize()));
    String token = sandbox.getToken();
    if (targets.add(RESOLV_CONF)) {
      mounts.add(ContainerMounts.bind(files.resolvConf(token), RESOLV_CONF.toString(), false));
    }
    // On the host's network the engine gives containers the host's own file.
    if (DockerPod.hasOwnNetwork(sandbox) && targets.add(HOSTS)) {
      mounts.add(ContainerMounts.bind(files.hosts(token), HOSTS.toString(), false));
    }
    // Newer engines leave it empty in containers that share a network.
    Path hostname = files.hostname(token);
    if (Files.exists(hostname) && targets.add(HOSTNAME)) {
      mounts.add(ContainerMounts.bind(hostname, HOSTNAME.toString(), false));
    }
    return mounts;
  }

  /** Where the container's log goes, if it is to have one. */
  static Optional<Path> logPath(ContainerConfig config, SandboxRecord sandbox) {
    String directory = sandbox.getConfig().getLogDirectory();
    return directory.isEmpty() || config.getLogPath().isEmpty()
        ? Optional.empty()
        : Optional.of(Path.of(directory, config.getLogPath()));
  }
}
