package io.keelson.runtime.docker;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.command.UpdateContainerCmd;
import io.keelson.linux.cgroup.Cgroup;
import io.keelson.linux.cgroup.Cgroups;
import io.keelson.runtime.docker.engine.DockerEngine;
import io.keelson.runtime.docker.records.ContainerRecord;
import io.keelson.runtime.docker.records.SandboxRecord;
import io.keelson.runtime.spi.CriException;
import io.keelson.runtime.spi.ResourceUpdates;
import io.keelson.runtime.v1.ContainerState;
import io.keelson.runtime.v1.LinuxContainerResources;
import io.keelson.runtime.v1.UpdateContainerResourcesRequest;
import io.keelson.runtime.v1.UpdatePodSandboxResourcesRequest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Changes the limits of containers that are there already. */
final class LimitUpdates implements ResourceUpdates {
  private static final Logger log = LoggerFactory.getLogger(LimitUpdates.class);
  private static final Path PROCESSES = Path.of("/proc");

  private final Inventory inventory;
  private final DockerEngine engine;
  private final ResourceOptions options;
  private final CgroupLimits limits;
  private final Cgroups cgroups;

  LimitUpdates(
      Inventory inventory,
      DockerEngine engine,
      ResourceOptions options,
      CgroupLimits limits,
      Cgroups cgroups) {
    this.inventory = inventory;
    this.engine = engine;
    this.options = options;
    this.limits = limits;
    this.cgroups = cgroups;
  }

  /**
   * Applies new limits.
   *
   * @throws CriException {@code FAILED_PRECONDITION} for a container that has ended, and for limits
   *     this machine has not got
   */
  @Override
  public void updateContainerResources(UpdateContainerResourcesRequest request)
      throws InterruptedException {
    DockerContainer container = inventory.container(request.getContainerId());
    if (container.state() == ContainerState.CONTAINER_EXITED) {
      throw CriException.failedPrecondition(
          "container '%s' has ended; only the limits of one that runs or will run can be changed"
              .formatted(container.id()));
    }
    LinuxContainerResources asked = request.getLinux();
    limits.requirePossible(asked);
    ContainerRecord record = container.record();
    LinuxContainerResources merged = merged(record.getConfig().getLinux().getResources(), asked);
    engine.call(
        "change the limits of container " + container.id(),
        client -> command(client, container.id(), asked, merged).exec());
    limits.set(container.id(), container.pid(), asked);
    if (asked.getOomScoreAdj() != 0 && container.state() == ContainerState.CONTAINER_RUNNING) {
      scoreProcesses(container, options.oomScoreAdj(asked.getOomScoreAdj()));
    }
    ContainerRecord.Builder changed = record.toBuilder();
    changed.getConfigBuilder().getLinuxBuilder().setResources(merged);
    inventory.save(changed.build());
    container.record(changed.build());
  }

  /** What is not asked for stays as it was. */
  private static LinuxContainerResources merged(
      LinuxContainerResources before, LinuxContainerResources asked) {
    LinuxContainerResources.Builder merged = before.toBuilder();
    if (asked.getHugepageLimitsCount() > 0) {
      merged.clearHugepageLimits();
    }
    return merged.mergeFrom(asked).build();
  }

  private static UpdateContainerCmd command(
      DockerClient client,
      String id,
      LinuxContainerResources asked,
      LinuxContainerResources merged) {
    UpdateContainerCmd command = client.updateContainerCmd(id);
    if (asked.getCpuShares() != 0) {
      command.withCpuShares(Math.toIntExact(asked.getCpuShares()));
    }
    if (asked.getCpuQuota() != 0) {
      command.withCpuQuota(asked.getCpuQuota());
    }
    if (asked.getCpuPeriod() != 0) {
      command.withCpuPeriod(asked.getCpuPeriod());
    }
    if (!asked.getCpusetCpus().isEmpty()) {
      command.withCpusetCpus(asked.getCpusetCpus());
    }
    if (!asked.getCpusetMems().isEmpty()) {
      command.withCpusetMems(asked.getCpusetMems());
    }
    if (asked.getMemoryLimitInBytes() != 0 || asked.getMemorySwapLimitInBytes() != 0) {
      command.withMemory(merged.getMemoryLimitInBytes());
      command.withMemorySwap(ResourceOptions.memoryAndSwap(merged));
    }
    return command;
  }

  /** The engine sets the score at a start only. */
  private void scoreProcesses(DockerContainer container, int score) {
    Path first = PROCESSES.resolve(String.valueOf(container.pid()));
    List<Long> processes =
        cgroups.ofContainer(first, container.id()).map(Cgroup::processes).orElse(List.of());
    for (long pid : processes) {
      Path file = PROCESSES.resolve(String.valueOf(pid)).resolve("oom_score_adj");
      try {
        Files.writeString(file, String.valueOf(score));
      } catch (IOException e) {
        log.debug("process {} ended before it had its OOM score: {}", pid, e.getMessage());
      }
    }
  }

  /** The node agent has resized the pod's cgroup itself; what is asked for is kept in mind. */
  @Override
  public void updatePodSandboxResources(UpdatePodSandboxResourcesRequest request) {
    DockerPod pod = inventory.pod(request.getPodSandboxId());
    SandboxRecord.Builder changed = pod.record().toBuilder();
    if (request.hasOverhead()) {
      changed.getConfigBuilder().getLinuxBuilder().setOverhead(request.getOverhead());
    }
    if (request.hasResources()) {
      changed.getConfigBuilder().getLinuxBuilder().setResources(request.getResources());
    }
    inventory.save(changed.build());
    pod.record(changed.build());
  }
}
