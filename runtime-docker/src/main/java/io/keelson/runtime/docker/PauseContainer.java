package io.keelson.runtime.docker;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.command.CreateContainerCmd;
import com.github.dockerjava.api.model.LogConfig;
import io.grpc.Status;
import io.keelson.runtime.docker.engine.DockerEngine;
import io.keelson.runtime.docker.image.PauseImage;
import io.keelson.runtime.docker.records.SandboxRecord;
import io.keelson.runtime.spi.CriException;
import io.keelson.runtime.v1.LinuxContainerResources;
import io.keelson.runtime.v1.LinuxSandboxSecurityContext;
import io.keelson.runtime.v1.NamespaceMode;
import io.keelson.runtime.v1.NamespaceOption;
import io.keelson.runtime.v1.PodSandboxConfig;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The container that holds a pod's namespaces: how it is made in the engine. */
final class PauseContainer {
  /** Other runtimes' score for it: the last to be killed, for the pod dies with it. */
  private static final int OOM_SCORE_ADJ = -998;

  private final DockerEngine engine;
  private final EngineContainers containers;
  private final String owner;
  private final Map<String, String> runtimes;
  private final SecurityOptions security;
  private final ResourceOptions resources;

  PauseContainer(
      DockerEngine engine,
      EngineContainers containers,
      String owner,
      Map<String, String> runtimes,
      SecurityOptions security,
      ResourceOptions resources) {
    this.engine = engine;
    this.containers = containers;
    this.owner = owner;
    this.runtimes = runtimes;
    this.security = security;
    this.resources = resources;
  }

  /**
   * Makes it, without starting it.
   *
   * @return the engine's id
   * @throws CriException {@code UNIMPLEMENTED} for what the engine cannot do
   */
  String create(SandboxRecord record) throws InterruptedException {
    PodSandboxConfig config = record.getConfig();
    EngineHostConfig host = hostConfig(config);
    host.withRuntime(runtimes.get(record.getRuntimeHandler()));
    Map<String, String> labels = new HashMap<>(config.getLabelsMap());
    labels.put(Labels.KIND, Labels.SANDBOX);
    labels.put(Labels.TOKEN, record.getToken());
    labels.put(Labels.OWNER, owner);
    String name = EngineNames.sandbox(config.getMetadata(), record.getToken());
    String what = "create sandbox container " + name;
    DockerEngine.Command<String> command =
        client -> command(client, config, host, labels, name).exec().getId();
    try {
      return containers.create(what, command);
    } catch (CriException e) {
      if (e.code() != Status.Code.NOT_FOUND) {
        throw e;
      }
      // Somebody has removed the image since the start.
      PauseImage.ensure(engine);
      return containers.create(what, command);
    }
  }

  private static CreateContainerCmd command(
      DockerClient client,
      PodSandboxConfig config,
      EngineHostConfig host,
      Map<String, String> labels,
      String name) {
    CreateContainerCmd command =
        client
            .createContainerCmd(PauseImage.NAME)
            .withName(name)
            .withLabels(labels)
            .withHostConfig(host);
    boolean ownNetwork = !host.getNetworkMode().equals("host");
    if (ownNetwork) {
      // The engine gives the sandbox a network namespace either way; told that networking is
      // disabled, it spares itself a hook that takes as long as the rest of the start.
      command.withNetworkDisabled(true);
      if (!config.getHostname().isEmpty()) {
        command.withHostName(config.getHostname());
      }
    }
    LinuxSandboxSecurityContext context = config.getLinux().getSecurityContext();
    if (context.hasRunAsUser()) {
      String user = String.valueOf(context.getRunAsUser().getValue());
      command.withUser(
          context.hasRunAsGroup() ? user + ":" + context.getRunAsGroup().getValue() : user);
    } else if (context.hasRunAsGroup()) {
      throw CriException.invalidArgument(
          "run_as_group is given for the sandbox without run_as_user; give both");
    }
    return command;
  }

  private EngineHostConfig hostConfig(PodSandboxConfig config) {
    LinuxSandboxSecurityContext context = config.getLinux().getSecurityContext();
    NamespaceOption namespaces = context.getNamespaceOptions();
    refuseUserNamespace(namespaces);
    EngineHostConfig host = new EngineHostConfig();
    refuseCgroupLimits(config.getLinux().getResources());
    resources.apply(config.getLinux().getResources(), host);
    host.withOomScoreAdj(resources.oomScoreAdj(OOM_SCORE_ADJ));
    host.withLogConfig(new LogConfig(LogConfig.LoggingType.NONE));
    host.withNetworkMode(namespaces.getNetwork() == NamespaceMode.NODE ? "host" : "none");
    host.withIpcMode(namespaces.getIpc() == NamespaceMode.NODE ? "host" : "shareable");
    if (namespaces.getPid() == NamespaceMode.NODE) {
      host.withPidMode("host");
    }
    // A privileged sandbox is one that may hold privileged containers; the pause program itself
    // has no use for privileges, and not every engine can give them.
    host.withReadonlyRootfs(context.getReadonlyRootfs());
    // It opens no path either, and each one hidden from it is a mount at every start.
    host.setMaskedPaths(List.of());
    host.setReadonlyPaths(List.of());
    host.withGroupAdd(context.getSupplementalGroupsList().stream().map(String::valueOf).toList());
    host.withSysctls(config.getLinux().getSysctlsMap());
    if (!config.getLinux().getCgroupParent().isEmpty()) {
      host.withCgroupParent(config.getLinux().getCgroupParent());
    }
    List<String> options = new ArrayList<>(security.selinux(context.getSelinuxOptions()));
    options.add("no-new-privileges");
    options.addAll(security.seccomp(SecurityProfiles.seccomp(context)));
    options.addAll(security.appArmor(SecurityProfiles.appArmor(context)));
    host.withSecurityOpts(options);
    return host;
  }

  /** A pod's own cgroup is its node agent's, who sets these there. */
  private static void refuseCgroupLimits(LinuxContainerResources limits) {
    if (limits.getUnifiedCount() > 0
        || limits.getHugepageLimitsList().stream().anyMatch(limit -> limit.getLimit() != 0)) {
      throw CriException.unimplemented(
          "linux.resources.unified and hugepage_limits of a sandbox are not set; give them to its"
              + " containers, or set them in the pod's cgroup");
    }
  }

  /**
   * Refuses a pod user namespace.
   *
   * @throws CriException {@code UNIMPLEMENTED}
   */
  static void refuseUserNamespace(NamespaceOption namespaces) {
    if (namespaces.hasUsernsOptions()
        && namespaces.getUsernsOptions().getMode() == NamespaceMode.POD) {
      throw CriException.unimplemented(
          "a user namespace of the pod's own (userns_options.mode POD) cannot be had through the"
              + " Docker Engine; set hostUsers to true");
    }
  }

  /** Starts it. */
  void start(String id) throws InterruptedException {
    engine.call("start sandbox container " + id, client -> client.startContainerCmd(id).exec());
  }

  /** The process of a started one. */
  long pid(String id) throws InterruptedException {
    return engine.call(
        "inspect sandbox container " + id,
        client -> client.inspectContainerCmd(id).exec().getState().getPidLong());
  }
}
