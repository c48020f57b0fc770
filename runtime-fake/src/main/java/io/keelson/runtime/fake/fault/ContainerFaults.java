package io.keelson.runtime.fake.fault;

import io.keelson.runtime.spi.Containers;
import io.keelson.runtime.spi.CriException;
import io.keelson.runtime.v1.AuthConfig;
import io.keelson.runtime.v1.ContainerConfig;
import io.keelson.runtime.v1.ContainerState;
import io.keelson.runtime.v1.ContainerStatus;
import io.keelson.runtime.v1.CreateContainerRequest;
import io.keelson.runtime.v1.CreateContainerResponse;
import io.keelson.runtime.v1.PodSandboxConfig;
import io.keelson.runtime.v1.RuntimeServiceGrpc;
import io.keelson.runtime.v1.StartContainerResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Faults of the life of containers. */
final class ContainerFaults {
  private ContainerFaults() {}

  static List<Fault> all() {
    return List.of(
        CallFault.success(
            "second-start-succeeds",
            "claims to have started a container that cannot be started",
            RuntimeServiceGrpc.getStartContainerMethod(),
            StartContainerResponse.getDefaultInstance()),
        CallFault.success(
            "failed-creation-succeeds",
            "claims to have created a container that cannot be created",
            RuntimeServiceGrpc.getCreateContainerMethod(),
            CreateContainerResponse.newBuilder().setContainerId("0".repeat(64)).build()),
        CallFault.request(
            "stop-always-graceful",
            "waits for a program to end by itself although it should kill it at once",
            RuntimeServiceGrpc.getStopContainerMethod(),
            request ->
                request.getTimeout() == 0 ? request.toBuilder().setTimeout(30).build() : request),
        CallFault.request(
            "stop-always-kills",
            "kills a program at once although it may take its time",
            RuntimeServiceGrpc.getStopContainerMethod(),
            request -> request.toBuilder().clearTimeout().build()),
        new CallFault(
            "attempts-share-a-container",
            "answers a further attempt of a container with the first",
            () -> List.of(attemptsShareAContainer())),
        BackendFault.ofContainers(
            "stop-without-effect",
            "says that it has stopped a container, and lets it run",
            containers ->
                new ForwardingContainers(containers) {
                  @Override
                  public void stopContainer(String containerId, Duration grace)
                      throws InterruptedException {
                    healthy.containerStatus(containerId);
                  }
                }),
        BackendFault.ofContainers(
            "status-stale-after-stop",
            "tells once more that a container runs after it was stopped",
            ContainerFaults::staleOnceStopped),
        BackendFault.ofContainers(
            "removed-container-still-there",
            "says that it has removed a container, and keeps it",
            containers ->
                new ForwardingContainers(containers) {
                  @Override
                  public void removeContainer(String containerId) throws InterruptedException {
                    healthy.stopContainer(containerId, Duration.ZERO);
                  }
                }),
        BackendFault.ofContainers(
            "running-container-not-removable",
            "refuses to remove a container that runs",
            containers ->
                new ForwardingContainers(containers) {
                  @Override
                  public void removeContainer(String containerId) throws InterruptedException {
                    if (healthy.containerStatus(containerId).getState()
                        == ContainerState.CONTAINER_RUNNING) {
                      throw CriException.failedPrecondition("stop the container first");
                    }
                    healthy.removeContainer(containerId);
                  }
                }),
        new BackendFault(
            "absent-image-pulled-unasked",
            "pulls an image for a container by itself",
            healthy ->
                new ForwardingBackend(healthy) {
                  private final Containers pulling =
                      new ForwardingContainers(healthy.containers()) {
                        @Override
                        public String createContainer(
                            String podSandboxId, ContainerConfig config, PodSandboxConfig pod)
                            throws InterruptedException {
                          images()
                              .pullImage(config.getImage(), AuthConfig.getDefaultInstance(), pod);
                          return super.createContainer(podSandboxId, config, pod);
                        }
                      };

                  @Override
                  public Containers containers() {
                    return pulling;
                  }
                }));
  }

  private static Tampering<CreateContainerRequest, CreateContainerResponse>
      attemptsShareAContainer() {
    Map<String, CreateContainerResponse> firsts = new ConcurrentHashMap<>();
    return Tampering.reply(
        RuntimeServiceGrpc.getCreateContainerMethod(),
        (request, reply) -> {
          String name = request.getConfig().getMetadata().getName();
          CreateContainerResponse first =
              firsts.putIfAbsent(request.getPodSandboxId() + "/" + name, reply);
          return first == null ? reply : first;
        });
  }

  private static Containers staleOnceStopped(Containers containers) {
    return new ForwardingContainers(containers) {
      private final Set<String> stale = ConcurrentHashMap.newKeySet();

      @Override
      public void stopContainer(String containerId, Duration grace) throws InterruptedException {
        stale.add(containerId);
        healthy.stopContainer(containerId, grace);
      }

      @Override
      public ContainerStatus containerStatus(String containerId) throws InterruptedException {
        ContainerStatus status = healthy.containerStatus(containerId);
        return stale.remove(containerId)
            ? status.toBuilder().setState(ContainerState.CONTAINER_RUNNING).build()
            : status;
      }
    };
  }
}
