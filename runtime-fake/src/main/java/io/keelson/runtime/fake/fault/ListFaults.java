package io.keelson.runtime.fake.fault;

import io.keelson.runtime.v1.Container;
import io.keelson.runtime.v1.ContainerFilter;
import io.keelson.runtime.v1.ListContainersRequest;
import io.keelson.runtime.v1.ListContainersResponse;
import io.keelson.runtime.v1.ListPodSandboxRequest;
import io.keelson.runtime.v1.ListPodSandboxResponse;
import io.keelson.runtime.v1.PodSandbox;
import io.keelson.runtime.v1.PodSandboxFilter;
import io.keelson.runtime.v1.PodSandboxState;
import io.keelson.runtime.v1.RuntimeServiceGrpc;
import java.util.List;
import java.util.function.Consumer;

/** Faults of the lists of pods and containers, and of their filters. */
final class ListFaults {
  /** Shorter ids are prefixes to those who know that the fake's ids have 64 digits. */
  private static final int ID_LENGTH = 64;

  private ListFaults() {}

  static List<Fault> all() {
    return List.of(
        podFilter(
            "pod-id-filter-ignored",
            "lists pods with other ids than the one asked for",
            PodSandboxFilter.Builder::clearId),
        podFilter(
            "pod-state-filter-ignored",
            "lists pods in other states than the one asked for",
            PodSandboxFilter.Builder::clearState),
        podFilter(
            "pod-label-filter-ignored",
            "lists pods without the labels asked for",
            PodSandboxFilter.Builder::clearLabelSelector),
        podFilter(
            "pod-id-prefix-not-found",
            "lists no pod by the beginning of its id",
            filter -> filter.setId(wholeOrNone(filter.getId()))),
        pod(
            "pod-list-without-metadata",
            "leaves the metadata out of the list of pods",
            PodSandbox.Builder::clearMetadata),
        pod(
            "pod-list-state-stale",
            "lists pods as ready that are stopped",
            pod -> pod.setState(PodSandboxState.SANDBOX_READY)),
        pod(
            "pod-list-labels-dropped",
            "leaves the labels out of the list of pods",
            PodSandbox.Builder::clearLabels),
        pod(
            "pod-list-annotations-dropped",
            "leaves the annotations out of the list of pods",
            PodSandbox.Builder::clearAnnotations),
        pod(
            "pod-list-without-creation-time",
            "leaves the creation time out of the list of pods",
            PodSandbox.Builder::clearCreatedAt),
        pod(
            "pod-list-without-handler",
            "leaves the runtime handler out of the list of pods",
            PodSandbox.Builder::clearRuntimeHandler),
        containerFilter(
            "container-id-filter-ignored",
            "lists containers with other ids than the one asked for",
            ContainerFilter.Builder::clearId),
        containerFilter(
            "container-state-filter-ignored",
            "lists containers in other states than the one asked for",
            ContainerFilter.Builder::clearState),
        containerFilter(
            "container-pod-filter-ignored",
            "lists containers of other pods than the one asked for",
            ContainerFilter.Builder::clearPodSandboxId),
        containerFilter(
            "container-label-filter-ignored",
            "lists containers without the labels asked for",
            ContainerFilter.Builder::clearLabelSelector),
        containerFilter(
            "container-id-prefix-not-found",
            "lists no container by the beginning of its id",
            filter -> filter.setId(wholeOrNone(filter.getId()))),
        container(
            "container-list-without-pod",
            "does not tell in the list of containers which pod they are of",
            Container.Builder::clearPodSandboxId),
        container(
            "container-list-without-metadata",
            "leaves the metadata out of the list of containers",
            Container.Builder::clearMetadata),
        container(
            "container-list-labels-dropped",
            "leaves the labels out of the list of containers",
            Container.Builder::clearLabels),
        container(
            "container-list-without-image",
            "does not tell in the list of containers which image they use",
            Container.Builder::clearImageRef),
        container(
            "container-list-created-in-seconds",
            "counts creation times in the list of containers in seconds",
            container -> container.setCreatedAt(container.getCreatedAt() / 1_000_000_000L)),
        CallFault.reply(
            "container-list-repeats-an-entry",
            "lists a container twice",
            RuntimeServiceGrpc.getListContainersMethod(),
            reply ->
                reply.getContainersCount() == 0
                    ? reply
                    : reply.toBuilder().addContainers(reply.getContainers(0)).build()),
        new CallFault(
            "streamed-list-loses-its-end",
            "leaves the last container out of the streamed list",
            () ->
                List.of(
                    Tampering.replies(
                        RuntimeServiceGrpc.getStreamContainersMethod(),
                        (_, reply) ->
                            reply.getContainersCount() < 2
                                ? List.of()
                                : List.of(
                                    reply.toBuilder()
                                        .removeContainers(reply.getContainersCount() - 1)
                                        .build())))),
        new CallFault(
            "streamed-list-repeats-itself",
            "sends every message of a streamed list twice",
            () ->
                List.of(
                    Tampering.replies(
                        RuntimeServiceGrpc.getStreamPodSandboxesMethod(),
                        (_, reply) -> List.of(reply, reply)))),
        CallFault.request(
            "streamed-list-filter-ignored",
            "lists all pods where a streamed list is asked for with a filter",
            RuntimeServiceGrpc.getStreamPodSandboxesMethod(),
            request -> request.toBuilder().clearFilter().build()));
  }

  private static String wholeOrNone(String id) {
    return id.isEmpty() || id.length() == ID_LENGTH ? id : "not-a-prefix";
  }

  private static Fault podFilter(
      String name, String wrong, Consumer<PodSandboxFilter.Builder> change) {
    return CallFault.request(
        name,
        wrong,
        RuntimeServiceGrpc.getListPodSandboxMethod(),
        request -> {
          ListPodSandboxRequest.Builder changed = request.toBuilder();
          change.accept(changed.getFilterBuilder());
          return changed.build();
        });
  }

  private static Fault containerFilter(
      String name, String wrong, Consumer<ContainerFilter.Builder> change) {
    return CallFault.request(
        name,
        wrong,
        RuntimeServiceGrpc.getListContainersMethod(),
        request -> {
          ListContainersRequest.Builder changed = request.toBuilder();
          change.accept(changed.getFilterBuilder());
          return changed.build();
        });
  }

  private static Fault pod(String name, String wrong, Consumer<PodSandbox.Builder> change) {
    return CallFault.reply(
        name,
        wrong,
        RuntimeServiceGrpc.getListPodSandboxMethod(),
        reply -> {
          ListPodSandboxResponse.Builder changed = reply.toBuilder();
          changed.getItemsBuilderList().forEach(change);
          return changed.build();
        });
  }

  private static Fault container(String name, String wrong, Consumer<Container.Builder> change) {
    return CallFault.reply(
        name,
        wrong,
        RuntimeServiceGrpc.getListContainersMethod(),
        reply -> {
          ListContainersResponse.Builder changed = reply.toBuilder();
          changed.getContainersBuilderList().forEach(change);
          return changed.build();
        });
  }
}
