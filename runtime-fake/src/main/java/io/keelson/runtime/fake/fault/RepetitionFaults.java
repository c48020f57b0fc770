package io.keelson.runtime.fake.fault;

import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.keelson.runtime.v1.ContainerMetadata;
import io.keelson.runtime.v1.CreateContainerRequest;
import io.keelson.runtime.v1.ImageServiceGrpc;
import io.keelson.runtime.v1.PodSandboxMetadata;
import io.keelson.runtime.v1.RemoveContainerRequest;
import io.keelson.runtime.v1.RemoveImageRequest;
import io.keelson.runtime.v1.RemovePodSandboxRequest;
import io.keelson.runtime.v1.RunPodSandboxRequest;
import io.keelson.runtime.v1.RuntimeServiceGrpc;
import io.keelson.runtime.v1.StopContainerRequest;
import io.keelson.runtime.v1.StopPodSandboxRequest;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

/** Faults that show when a call is made again. */
final class RepetitionFaults {
  private RepetitionFaults() {}

  static List<Fault> all() {
    return List.of(
        onlyOnce(
            "second-pod-stop-fails",
            "fails to stop a pod that is stopped",
            RuntimeServiceGrpc.getStopPodSandboxMethod(),
            StopPodSandboxRequest::getPodSandboxId),
        onlyOnce(
            "second-pod-removal-fails",
            "fails to remove a pod that is gone",
            RuntimeServiceGrpc.getRemovePodSandboxMethod(),
            RemovePodSandboxRequest::getPodSandboxId),
        onlyOnce(
            "second-container-stop-fails",
            "fails to stop a container that is stopped",
            RuntimeServiceGrpc.getStopContainerMethod(),
            StopContainerRequest::getContainerId),
        onlyOnce(
            "second-container-removal-fails",
            "fails to remove a container that is gone",
            RuntimeServiceGrpc.getRemoveContainerMethod(),
            RemoveContainerRequest::getContainerId),
        onlyOnce(
            "second-image-removal-fails",
            "fails to remove an image that is gone",
            ImageServiceGrpc.getRemoveImageMethod(),
            (RemoveImageRequest request) -> request.getImage().getImage()),
        new CallFault(
            "pod-name-not-reserved",
            "runs a pod twice under one name and attempt",
            () -> List.of(podsTwice())),
        new CallFault(
            "container-name-not-reserved",
            "creates a container twice under one name and attempt",
            () -> List.of(containersTwice())));
  }

  /** An RPC that fails when it is called a second time for the same object. */
  private static <Q, R> Fault onlyOnce(
      String name, String wrong, MethodDescriptor<Q, R> method, Function<Q, String> object) {
    return new CallFault(
        name,
        wrong,
        () -> {
          Set<String> seen = ConcurrentHashMap.newKeySet();
          return List.of(
              Tampering.request(
                  method,
                  request -> {
                    if (!seen.add(object.apply(request))) {
                      throw Status.UNKNOWN
                          .withDescription(object.apply(request) + " was done away with already")
                          .asRuntimeException();
                    }
                    return request;
                  }));
        });
  }

  private static Tampering<RunPodSandboxRequest, ?> podsTwice() {
    Set<PodSandboxMetadata> seen = ConcurrentHashMap.newKeySet();
    return Tampering.request(
        RuntimeServiceGrpc.getRunPodSandboxMethod(),
        request -> {
          RunPodSandboxRequest.Builder changed = request.toBuilder();
          PodSandboxMetadata.Builder metadata = changed.getConfigBuilder().getMetadataBuilder();
          while (!seen.add(metadata.build())) {
            metadata.setAttempt(metadata.getAttempt() + 1);
          }
          return changed.build();
        });
  }

  private static Tampering<CreateContainerRequest, ?> containersTwice() {
    Set<CreateContainerRequest> seen = ConcurrentHashMap.newKeySet();
    return Tampering.request(
        RuntimeServiceGrpc.getCreateContainerMethod(),
        request -> {
          CreateContainerRequest.Builder changed = request.toBuilder();
          ContainerMetadata.Builder metadata = changed.getConfigBuilder().getMetadataBuilder();
          while (!seen.add(changed.build())) {
            metadata.setAttempt(metadata.getAttempt() + 1);
          }
          return changed.build();
        });
  }
}
