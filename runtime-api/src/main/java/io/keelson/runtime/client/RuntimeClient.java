package io.keelson.runtime.client;

import static io.keelson.runtime.v1.ImageServiceGrpc.getImageFsInfoMethod;
import static io.keelson.runtime.v1.ImageServiceGrpc.getImageStatusMethod;
import static io.keelson.runtime.v1.ImageServiceGrpc.getListImagesMethod;
import static io.keelson.runtime.v1.ImageServiceGrpc.getPullImageMethod;
import static io.keelson.runtime.v1.ImageServiceGrpc.getRemoveImageMethod;
import static io.keelson.runtime.v1.ImageServiceGrpc.getStreamImagesMethod;
import static io.keelson.runtime.v1.RuntimeServiceGrpc.getAttachMethod;
import static io.keelson.runtime.v1.RuntimeServiceGrpc.getCheckpointContainerMethod;
import static io.keelson.runtime.v1.RuntimeServiceGrpc.getCheckpointPodMethod;
import static io.keelson.runtime.v1.RuntimeServiceGrpc.getContainerStatusMethod;
import static io.keelson.runtime.v1.RuntimeServiceGrpc.getCreateContainerMethod;
import static io.keelson.runtime.v1.RuntimeServiceGrpc.getExecMethod;
import static io.keelson.runtime.v1.RuntimeServiceGrpc.getExecSyncMethod;
import static io.keelson.runtime.v1.RuntimeServiceGrpc.getGetContainerEventsMethod;
import static io.keelson.runtime.v1.RuntimeServiceGrpc.getListContainersMethod;
import static io.keelson.runtime.v1.RuntimeServiceGrpc.getListPodSandboxMethod;
import static io.keelson.runtime.v1.RuntimeServiceGrpc.getPodSandboxStatusMethod;
import static io.keelson.runtime.v1.RuntimeServiceGrpc.getPortForwardMethod;
import static io.keelson.runtime.v1.RuntimeServiceGrpc.getRemoveContainerMethod;
import static io.keelson.runtime.v1.RuntimeServiceGrpc.getRemovePodSandboxMethod;
import static io.keelson.runtime.v1.RuntimeServiceGrpc.getReopenContainerLogMethod;
import static io.keelson.runtime.v1.RuntimeServiceGrpc.getRestorePodMethod;
import static io.keelson.runtime.v1.RuntimeServiceGrpc.getRunPodSandboxMethod;
import static io.keelson.runtime.v1.RuntimeServiceGrpc.getRuntimeConfigMethod;
import static io.keelson.runtime.v1.RuntimeServiceGrpc.getStartContainerMethod;
import static io.keelson.runtime.v1.RuntimeServiceGrpc.getStatusMethod;
import static io.keelson.runtime.v1.RuntimeServiceGrpc.getStopContainerMethod;
import static io.keelson.runtime.v1.RuntimeServiceGrpc.getStopPodSandboxMethod;
import static io.keelson.runtime.v1.RuntimeServiceGrpc.getStreamContainersMethod;
import static io.keelson.runtime.v1.RuntimeServiceGrpc.getStreamPodSandboxesMethod;
import static io.keelson.runtime.v1.RuntimeServiceGrpc.getUpdateContainerResourcesMethod;
import static io.keelson.runtime.v1.RuntimeServiceGrpc.getUpdatePodSandboxResourcesMethod;
import static io.keelson.runtime.v1.RuntimeServiceGrpc.getUpdateRuntimeConfigMethod;
import static io.keelson.runtime.v1.RuntimeServiceGrpc.getVersionMethod;

import io.grpc.Channel;
import io.grpc.ManagedChannel;
import io.keelson.runtime.spi.CriException;
import io.keelson.runtime.transport.Endpoint;
import io.keelson.runtime.transport.EventLoops;
import io.keelson.runtime.transport.TlsSettings;
import io.keelson.runtime.v1.AttachRequest;
import io.keelson.runtime.v1.AuthConfig;
import io.keelson.runtime.v1.CheckpointContainerRequest;
import io.keelson.runtime.v1.CheckpointPodRequest;
import io.keelson.runtime.v1.Container;
import io.keelson.runtime.v1.ContainerConfig;
import io.keelson.runtime.v1.ContainerFilter;
import io.keelson.runtime.v1.ContainerStatus;
import io.keelson.runtime.v1.ContainerStatusRequest;
import io.keelson.runtime.v1.ContainerStatusResponse;
import io.keelson.runtime.v1.CreateContainerRequest;
import io.keelson.runtime.v1.ExecRequest;
import io.keelson.runtime.v1.ExecSyncRequest;
import io.keelson.runtime.v1.ExecSyncResponse;
import io.keelson.runtime.v1.GetEventsRequest;
import io.keelson.runtime.v1.Image;
import io.keelson.runtime.v1.ImageFilter;
import io.keelson.runtime.v1.ImageFsInfoRequest;
import io.keelson.runtime.v1.ImageFsInfoResponse;
import io.keelson.runtime.v1.ImageSpec;
import io.keelson.runtime.v1.ImageStatusRequest;
import io.keelson.runtime.v1.ImageStatusResponse;
import io.keelson.runtime.v1.ListContainersRequest;
import io.keelson.runtime.v1.ListImagesRequest;
import io.keelson.runtime.v1.ListPodSandboxRequest;
import io.keelson.runtime.v1.PodSandbox;
import io.keelson.runtime.v1.PodSandboxConfig;
import io.keelson.runtime.v1.PodSandboxFilter;
import io.keelson.runtime.v1.PodSandboxStatus;
import io.keelson.runtime.v1.PodSandboxStatusRequest;
import io.keelson.runtime.v1.PodSandboxStatusResponse;
import io.keelson.runtime.v1.PortForwardRequest;
import io.keelson.runtime.v1.PullImageRequest;
import io.keelson.runtime.v1.RemoveContainerRequest;
import io.keelson.runtime.v1.RemoveImageRequest;
import io.keelson.runtime.v1.RemovePodSandboxRequest;
import io.keelson.runtime.v1.ReopenContainerLogRequest;
import io.keelson.runtime.v1.RestorePodRequest;
import io.keelson.runtime.v1.RestorePodResponse;
import io.keelson.runtime.v1.RunPodSandboxRequest;
import io.keelson.runtime.v1.RuntimeConfig;
import io.keelson.runtime.v1.RuntimeConfigRequest;
import io.keelson.runtime.v1.RuntimeConfigResponse;
import io.keelson.runtime.v1.StartContainerRequest;
import io.keelson.runtime.v1.StatusRequest;
import io.keelson.runtime.v1.StatusResponse;
import io.keelson.runtime.v1.StopContainerRequest;
import io.keelson.runtime.v1.StopPodSandboxRequest;
import io.keelson.runtime.v1.StreamContainersRequest;
import io.keelson.runtime.v1.StreamContainersResponse;
import io.keelson.runtime.v1.StreamImagesRequest;
import io.keelson.runtime.v1.StreamImagesResponse;
import io.keelson.runtime.v1.StreamPodSandboxesRequest;
import io.keelson.runtime.v1.StreamPodSandboxesResponse;
import io.keelson.runtime.v1.UpdateContainerResourcesRequest;
import io.keelson.runtime.v1.UpdatePodSandboxResourcesRequest;
import io.keelson.runtime.v1.UpdateRuntimeConfigRequest;
import io.keelson.runtime.v1.VersionRequest;
import io.keelson.runtime.v1.VersionResponse;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A client of any CRI v1 runtime: one blocking method for each RPC; those for usage and metrics are
 * in {@link #stats}.
 *
 * <p>Every method fails with a {@link CriException} that carries the peer's code and names call and
 * endpoint, and answers an interrupt by cancelling the RPC and throwing {@link
 * InterruptedException}; whether the peer had done its work by then is unknown. Messages are
 * limited to 16 MiB both ways.
 *
 * <p>Unless {@link #withDeadline} sets another limit, calls end with {@code DEADLINE_EXCEEDED}
 * after kubelet's limits: 2 minutes; 4 minutes for calls that make a pod; 2 minutes beyond the time
 * the request itself gives ({@code stopContainer}, {@code execSync}, {@code checkpointContainer});
 * never for {@code pullImage} and for requests without a time limit of their own.
 *
 * <p>Calls that only read (version, status, list, stats) are repeated up to three times, with
 * growing pauses, while the peer is {@code UNAVAILABLE}. All others are made once: whether to
 * repeat them is the caller's decision.
 *
 * <p>The {@code stream...} methods collect a streaming list, which has no limit on its total size,
 * and use the unary list for good once the peer has answered {@code UNIMPLEMENTED}.
 *
 * <p>Durations in requests count whole seconds; a fraction is rounded up. Thread-safe.
 */
public final class RuntimeClient implements AutoCloseable {
  private final Calls calls;
  private final Runnable onClose;

  private RuntimeClient(Calls calls, Runnable onClose) {
    this.calls = calls;
    this.onClose = onClose;
  }

  /**
   * Connects to a unix socket, at the first call, with an I/O thread of its own.
   *
   * @throws IllegalArgumentException for a TCP endpoint, which needs TLS settings
   */
  public static RuntimeClient connect(Endpoint endpoint) {
    EventLoops loops = EventLoops.create(1);
    try {
      ManagedChannel channel = loops.channel(endpoint, null);
      return create(channel, endpoint.toString(), Waiter.SYSTEM, () -> shutDown(channel, loops));
    } catch (IllegalArgumentException e) {
      loops.close();
      throw e;
    }
  }

  /**
   * Connects to any endpoint, at the first call, on I/O threads that the caller shares and closes.
   *
   * @param tls required for a TCP endpoint, not used by a unix one
   */
  public static RuntimeClient connect(
      Endpoint endpoint, @Nullable TlsSettings tls, EventLoops loops) {
    ManagedChannel channel = loops.channel(endpoint, tls);
    return create(channel, endpoint.toString(), Waiter.SYSTEM, channel::shutdownNow);
  }

  /** A client over a channel that the caller owns and closes. */
  public static RuntimeClient over(Channel channel) {
    return create(channel, channel.authority(), Waiter.SYSTEM, () -> {});
  }

  static RuntimeClient create(Channel channel, String peer, Waiter waiter, Runnable onClose) {
    return new RuntimeClient(Calls.over(channel, peer, waiter), onClose);
  }

  private static void shutDown(ManagedChannel channel, EventLoops loops) {
    channel.shutdownNow();
    loops.close();
  }

  /**
   * The same client with one limit for every call in place of the defaults. Closing this view
   * closes nothing.
   */
  public RuntimeClient withDeadline(Duration limit) {
    return new RuntimeClient(calls.within(new Deadlines(limit)), () -> {});
  }

  /** Cancels calls in progress and closes what {@code connect} opened. Repeatable. */
  @Override
  public void close() {
    onClose.run();
  }

  /**
   * Waits until the runtime answers {@code Version}, while it starts, say.
   *
   * @return its answer
   * @throws CriException {@code UNAVAILABLE} when it did not answer within {@code limit}, and at
   *     once with any code that waiting does not change
   */
  public VersionResponse awaitReady(Duration limit) throws InterruptedException {
    return calls.awaitAnswer(getVersionMethod(), VersionRequest.getDefaultInstance(), limit);
  }

  /** Name and version of the runtime and of the protocol it speaks. */
  public VersionResponse version() throws InterruptedException {
    return calls.read(getVersionMethod(), VersionRequest.getDefaultInstance());
  }

  /** Conditions, runtime handlers and features of the runtime. */
  public StatusResponse status() throws InterruptedException {
    return calls.read(getStatusMethod(), StatusRequest.getDefaultInstance());
  }

  /** Like {@link #status}, with the runtime's debugging information. */
  public StatusResponse statusVerbose() throws InterruptedException {
    return calls.read(getStatusMethod(), StatusRequest.newBuilder().setVerbose(true).build());
  }

  /** Node-wide settings the runtime decides, such as the cgroup driver. */
  public RuntimeConfigResponse runtimeConfig() throws InterruptedException {
    return calls.read(getRuntimeConfigMethod(), RuntimeConfigRequest.getDefaultInstance());
  }

  /** Tells the runtime the node's pod network range. */
  public void updateRuntimeConfig(RuntimeConfig config) throws InterruptedException {
    calls.once(
        getUpdateRuntimeConfigMethod(),
        UpdateRuntimeConfigRequest.newBuilder().setRuntimeConfig(config).build());
  }

  /**
   * Makes and starts a pod sandbox.
   *
   * @param runtimeHandler which of the runtime's handlers runs it; empty means the default
   * @return the sandbox's id
   */
  public String runPodSandbox(PodSandboxConfig config, String runtimeHandler)
      throws InterruptedException {
    RunPodSandboxRequest request =
        RunPodSandboxRequest.newBuilder()
            .setConfig(config)
            .setRuntimeHandler(runtimeHandler)
            .build();
    return calls
        .once(getRunPodSandboxMethod(), request, calls.deadlines().ofPod())
        .getPodSandboxId();
  }

  /**
   * Stops a sandbox and all in it; succeeds when it is stopped already. When it is gone the call
   * should succeed too, but containerd 1.x answers {@code NOT_FOUND}.
   */
  public void stopPodSandbox(String podSandboxId) throws InterruptedException {
    calls.once(
        getStopPodSandboxMethod(),
        StopPodSandboxRequest.newBuilder().setPodSandboxId(podSandboxId).build());
  }

  /** Removes a sandbox with its containers; succeeds when it is gone. */
  public void removePodSandbox(String podSandboxId) throws InterruptedException {
    calls.once(
        getRemovePodSandboxMethod(),
        RemovePodSandboxRequest.newBuilder().setPodSandboxId(podSandboxId).build());
  }

  /** A sandbox's status; {@code NOT_FOUND} when it is gone. */
  public PodSandboxStatus podSandboxStatus(String podSandboxId) throws InterruptedException {
    return calls
        .read(
            getPodSandboxStatusMethod(),
            PodSandboxStatusRequest.newBuilder().setPodSandboxId(podSandboxId).build())
        .getStatus();
  }

  /** A sandbox's status with debugging information and its containers' statuses, where given. */
  public PodSandboxStatusResponse podSandboxStatusVerbose(String podSandboxId)
      throws InterruptedException {
    return calls.read(
        getPodSandboxStatusMethod(),
        PodSandboxStatusRequest.newBuilder()
            .setPodSandboxId(podSandboxId)
            .setVerbose(true)
            .build());
  }

  /** The sandboxes that match a filter; its default instance matches all. */
  public List<PodSandbox> listPodSandboxes(PodSandboxFilter filter) throws InterruptedException {
    return calls
        .read(
            getListPodSandboxMethod(), ListPodSandboxRequest.newBuilder().setFilter(filter).build())
        .getItemsList();
  }

  /** Like {@link #listPodSandboxes}, for any number of sandboxes. */
  public List<PodSandbox> streamPodSandboxes(PodSandboxFilter filter) throws InterruptedException {
    return calls.readStream(
        getStreamPodSandboxesMethod(),
        StreamPodSandboxesRequest.newBuilder().setFilter(filter).build(),
        StreamPodSandboxesResponse::getPodSandboxesList,
        () -> listPodSandboxes(filter));
  }

  /** Changes a running pod's resource limits. */
  public void updatePodSandboxResources(UpdatePodSandboxResourcesRequest request)
      throws InterruptedException {
    calls.once(getUpdatePodSandboxResourcesMethod(), request);
  }

  /**
   * Makes a container in a sandbox, without starting it.
   *
   * @param sandboxConfig as it was given to {@link #runPodSandbox}
   * @return the container's id
   */
  public String createContainer(
      String podSandboxId, ContainerConfig config, PodSandboxConfig sandboxConfig)
      throws InterruptedException {
    CreateContainerRequest request =
        CreateContainerRequest.newBuilder()
            .setPodSandboxId(podSandboxId)
            .setConfig(config)
            .setSandboxConfig(sandboxConfig)
            .build();
    return calls.once(getCreateContainerMethod(), request).getContainerId();
  }

  /** Starts a created container. */
  public void startContainer(String containerId) throws InterruptedException {
    calls.once(
        getStartContainerMethod(),
        StartContainerRequest.newBuilder().setContainerId(containerId).build());
  }

  /**
   * Stops a container; succeeds when it is not running or gone.
   *
   * @param grace time between the stop signal and the kill; zero kills at once
   */
  public void stopContainer(String containerId, Duration grace) throws InterruptedException {
    StopContainerRequest request =
        StopContainerRequest.newBuilder()
            .setContainerId(containerId)
            .setTimeout(wholeSeconds(grace))
            .build();
    calls.once(getStopContainerMethod(), request, calls.deadlines().ofRequestAfter(grace));
  }

  /** Removes a container, running or not; succeeds when it is gone. */
  public void removeContainer(String containerId) throws InterruptedException {
    calls.once(
        getRemoveContainerMethod(),
        RemoveContainerRequest.newBuilder().setContainerId(containerId).build());
  }

  /** A container's status; {@code NOT_FOUND} when it is gone. */
  public ContainerStatus containerStatus(String containerId) throws InterruptedException {
    return calls
        .read(
            getContainerStatusMethod(),
            ContainerStatusRequest.newBuilder().setContainerId(containerId).build())
        .getStatus();
  }

  /** A container's status with the runtime's debugging information. */
  public ContainerStatusResponse containerStatusVerbose(String containerId)
      throws InterruptedException {
    return calls.read(
        getContainerStatusMethod(),
        ContainerStatusRequest.newBuilder().setContainerId(containerId).setVerbose(true).build());
  }

  /** The containers that match a filter; its default instance matches all. */
  public List<Container> listContainers(ContainerFilter filter) throws InterruptedException {
    return calls
        .read(
            getListContainersMethod(), ListContainersRequest.newBuilder().setFilter(filter).build())
        .getContainersList();
  }

  /** Like {@link #listContainers}, for any number of containers. */
  public List<Container> streamContainers(ContainerFilter filter) throws InterruptedException {
    return calls.readStream(
        getStreamContainersMethod(),
        StreamContainersRequest.newBuilder().setFilter(filter).build(),
        StreamContainersResponse::getContainersList,
        () -> listContainers(filter));
  }

  /** Changes a container's resource limits. */
  public void updateContainerResources(UpdateContainerResourcesRequest request)
      throws InterruptedException {
    calls.once(getUpdateContainerResourcesMethod(), request);
  }

  /** Makes a running container log to a fresh file, after the old one was renamed. */
  public void reopenContainerLog(String containerId) throws InterruptedException {
    calls.once(
        getReopenContainerLogMethod(),
        ReopenContainerLogRequest.newBuilder().setContainerId(containerId).build());
  }

  /**
   * Runs a command in a container and collects its output, at most 16 MiB in all.
   *
   * @param timeout how long the command may run before it is killed and the call fails with {@code
   *     DEADLINE_EXCEEDED}; zero means without limit
   */
  public ExecSyncResponse execSync(String containerId, List<String> command, Duration timeout)
      throws InterruptedException {
    ExecSyncRequest request =
        ExecSyncRequest.newBuilder()
            .setContainerId(containerId)
            .addAllCmd(command)
            .setTimeout(wholeSeconds(timeout))
            .build();
    return calls.once(getExecSyncMethod(), request, calls.deadlines().ofRequestWithin(timeout));
  }

  /** A one-time URL at which the runtime runs a command with streams. */
  public String exec(ExecRequest request) throws InterruptedException {
    return calls.once(getExecMethod(), request).getUrl();
  }

  /** A one-time URL at which the runtime attaches to a container's streams. */
  public String attach(AttachRequest request) throws InterruptedException {
    return calls.once(getAttachMethod(), request).getUrl();
  }

  /** A one-time URL at which the runtime forwards connections to a pod's ports. */
  public String portForward(PortForwardRequest request) throws InterruptedException {
    return calls.once(getPortForwardMethod(), request).getUrl();
  }

  /**
   * Writes a running container's memory and processes to an archive.
   *
   * @param location path of the archive on the runtime's machine
   * @param timeout how long it may take; zero means without limit
   */
  public void checkpointContainer(String containerId, String location, Duration timeout)
      throws InterruptedException {
    CheckpointContainerRequest request =
        CheckpointContainerRequest.newBuilder()
            .setContainerId(containerId)
            .setLocation(location)
            .setTimeout(wholeSeconds(timeout))
            .build();
    calls.once(getCheckpointContainerMethod(), request, calls.deadlines().ofRequestWithin(timeout));
  }

  /** Writes a pod's running containers to a directory. */
  public void checkpointPod(CheckpointPodRequest request) throws InterruptedException {
    calls.once(getCheckpointPodMethod(), request, calls.deadlines().ofPod());
  }

  /** Makes a pod, its containers created but not started, from a checkpoint. */
  public RestorePodResponse restorePod(RestorePodRequest request) throws InterruptedException {
    return calls.once(getRestorePodMethod(), request, calls.deadlines().ofPod());
  }

  /**
   * Subscribes to container events. A peer without them says so at the first {@link
   * ContainerEvents#next}.
   */
  public ContainerEvents getContainerEvents() {
    return new ContainerEvents(
        calls.open(getGetContainerEventsMethod(), GetEventsRequest.getDefaultInstance()),
        calls.peer());
  }

  /** The images that match a filter; its default instance matches all. */
  public List<Image> listImages(ImageFilter filter) throws InterruptedException {
    return calls
        .read(getListImagesMethod(), ListImagesRequest.newBuilder().setFilter(filter).build())
        .getImagesList();
  }

  /** Like {@link #listImages}, for any number of images. */
  public List<Image> streamImages(ImageFilter filter) throws InterruptedException {
    return calls.readStream(
        getStreamImagesMethod(),
        StreamImagesRequest.newBuilder().setFilter(filter).build(),
        StreamImagesResponse::getImagesList,
        () -> listImages(filter));
  }

  /** The image a spec names by id, tag or digest, or empty when it is not there. */
  public Optional<Image> imageStatus(ImageSpec image) throws InterruptedException {
    ImageStatusResponse response =
        calls.read(getImageStatusMethod(), ImageStatusRequest.newBuilder().setImage(image).build());
    return response.hasImage() ? Optional.of(response.getImage()) : Optional.empty();
  }

  /**
   * Like {@link #imageStatus}, with debugging information; no image is set when it is not there.
   */
  public ImageStatusResponse imageStatusVerbose(ImageSpec image) throws InterruptedException {
    return calls.read(
        getImageStatusMethod(),
        ImageStatusRequest.newBuilder().setImage(image).setVerbose(true).build());
  }

  /**
   * Pulls an image.
   *
   * @param auth credentials; the default instance means none
   * @param sandboxConfig the pod it is for; the default instance when there is none
   * @return a reference that finds the image again
   */
  public String pullImage(ImageSpec image, AuthConfig auth, PodSandboxConfig sandboxConfig)
      throws InterruptedException {
    PullImageRequest.Builder request = PullImageRequest.newBuilder().setImage(image);
    if (!auth.equals(AuthConfig.getDefaultInstance())) {
      request.setAuth(auth);
    }
    if (!sandboxConfig.equals(PodSandboxConfig.getDefaultInstance())) {
      request.setSandboxConfig(sandboxConfig);
    }
    return calls
        .once(getPullImageMethod(), request.build(), calls.deadlines().ofAnyLength())
        .getImageRef();
  }

  /** Removes an image with all its names; succeeds when it is gone. */
  public void removeImage(ImageSpec image) throws InterruptedException {
    calls.once(getRemoveImageMethod(), RemoveImageRequest.newBuilder().setImage(image).build());
  }

  /** What images take of the filesystems they live on. */
  public ImageFsInfoResponse imageFsInfo() throws InterruptedException {
    return calls.read(getImageFsInfoMethod(), ImageFsInfoRequest.getDefaultInstance());
  }

  /** Calls for what pods and containers use, under this client's deadlines. */
  public StatsClient stats() {
    return new StatsClient(calls);
  }

  private static long wholeSeconds(Duration duration) {
    return duration.getNano() == 0 ? duration.getSeconds() : duration.getSeconds() + 1;
  }
}
