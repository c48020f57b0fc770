package io.keelson.runtime.fake;

import io.keelson.runtime.spi.CriException;
import io.keelson.runtime.v1.Container;
import io.keelson.runtime.v1.ContainerConfig;
import io.keelson.runtime.v1.ContainerEventType;
import io.keelson.runtime.v1.ContainerResources;
import io.keelson.runtime.v1.ContainerState;
import io.keelson.runtime.v1.ContainerStatus;
import io.keelson.runtime.v1.ContainerUser;
import io.keelson.runtime.v1.LinuxContainerResources;
import io.keelson.runtime.v1.LinuxContainerSecurityContext;
import io.keelson.runtime.v1.LinuxContainerUser;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One container, in memory. Thread-safe.
 *
 * <pre>
 *   CREATED --start--> RUNNING --stop, kill, exit--> EXITED
 * </pre>
 */
final class FakeContainer {
  private static final Pattern EXIT = Pattern.compile("(?:^| )exit (\\d{1,3})$");
  private static final Logger logger = LoggerFactory.getLogger(FakeContainer.class);

  final String id;
  final String podId;
  final ContainerConfig config;
  private final String imageId;
  private final FakeLog log;
  private final FakeNode node;
  private final long createdAt;
  private ContainerState state = ContainerState.CONTAINER_CREATED;
  private long startedAt;
  private long finishedAt;
  private int exitCode;
  private LinuxContainerResources resources;
  private final Set<FakeSession> sessions = new HashSet<>();

  FakeContainer(
      String id, String podId, ContainerConfig config, String imageId, FakeLog log, FakeNode node) {
    this.id = id;
    this.podId = podId;
    this.config = config;
    this.imageId = imageId;
    this.log = log;
    this.resources = config.getLinux().getResources();
    this.node = node;
    this.createdAt = node.now();
  }

  synchronized boolean isRunning() {
    return state == ContainerState.CONTAINER_RUNNING;
  }

  void start() {
    synchronized (this) {
      if (state != ContainerState.CONTAINER_CREATED) {
        throw CriException.failedPrecondition(
            "container '%s' is in state %s, only a created one can be started"
                .formatted(id, state));
      }
      log.append("started: " + commandLine());
      state = ContainerState.CONTAINER_RUNNING;
      startedAt = node.now();
    }
    node.report(id, podId, ContainerEventType.CONTAINER_STARTED_EVENT);
    OptionalInt code = ownExitCode();
    if (code.isPresent()) {
      exit(code.getAsInt());
    }
  }

  /** The code that its command line asks for: that ends with {@code exit} and a number. */
  private OptionalInt ownExitCode() {
    Matcher exit = EXIT.matcher(commandLine());
    return exit.find() ? OptionalInt.of(Integer.parseInt(exit.group(1))) : OptionalInt.empty();
  }

  /** Ends it as a stop signal would end a well-behaved program. */
  void stop() {
    exit(0);
  }

  /** Ends it as SIGKILL would. */
  void kill() {
    exit(137);
  }

  /** Takes a session in, which then ends with the container; false when it does not run. */
  synchronized boolean join(FakeSession session) {
    return state == ContainerState.CONTAINER_RUNNING && sessions.add(session);
  }

  /** Forgets a session. */
  synchronized void left(FakeSession session) {
    sessions.remove(session);
  }

  void exit(int code) {
    List<FakeSession> ending;
    synchronized (this) {
      if (state != ContainerState.CONTAINER_RUNNING) {
        return;
      }
      try {
        log.append("ended with exit code " + code);
      } catch (CriException e) {
        // A full disk must not keep a container from ending.
        logger.warn("the end of container {} is not in its log", id, e);
      }
      state = ContainerState.CONTAINER_EXITED;
      finishedAt = node.now();
      exitCode = code;
      ending = List.copyOf(sessions);
    }
    ending.forEach(FakeSession::end);
    node.report(id, podId, ContainerEventType.CONTAINER_STOPPED_EVENT);
  }

  synchronized void update(LinuxContainerResources changed) {
    resources = resources.toBuilder().mergeFrom(changed).build();
  }

  synchronized void reopenLog() {
    if (state != ContainerState.CONTAINER_RUNNING) {
      throw CriException.failedPrecondition(
          "container '%s' is in state %s, only a running one has an open log".formatted(id, state));
    }
    log.reopen();
  }

  private String commandLine() {
    List<String> words = new ArrayList<>(config.getCommandList());
    words.addAll(config.getArgsList());
    return words.isEmpty() ? config.getImage().getImage() : String.join(" ", words);
  }

  synchronized Container summary() {
    return Container.newBuilder()
        .setId(id)
        .setPodSandboxId(podId)
        .setMetadata(config.getMetadata())
        .setImage(config.getImage())
        .setImageRef(imageId)
        .setImageId(imageId)
        .setState(state)
        .setCreatedAt(createdAt)
        .putAllLabels(config.getLabelsMap())
        .putAllAnnotations(config.getAnnotationsMap())
        .build();
  }

  /** As asked for: images are names only, and know no users and groups. */
  private ContainerUser user() {
    LinuxContainerSecurityContext security = config.getLinux().getSecurityContext();
    return ContainerUser.newBuilder()
        .setLinux(
            LinuxContainerUser.newBuilder()
                .setUid(security.getRunAsUser().getValue())
                .setGid(security.getRunAsGroup().getValue())
                .addAllSupplementalGroups(security.getSupplementalGroupsList()))
        .build();
  }

  synchronized ContainerStatus status() {
    ContainerStatus.Builder status =
        ContainerStatus.newBuilder()
            .setId(id)
            .setMetadata(config.getMetadata())
            .setImage(config.getImage())
            .setImageRef(imageId)
            .setImageId(imageId)
            .setState(state)
            .setCreatedAt(createdAt)
            .setStartedAt(startedAt)
            .setFinishedAt(finishedAt)
            .setExitCode(exitCode)
            .putAllLabels(config.getLabelsMap())
            .putAllAnnotations(config.getAnnotationsMap())
            .addAllMounts(config.getMountsList())
            .setLogPath(log.path())
            .setStopSignal(config.getStopSignal())
            .setUser(user())
            .setResources(ContainerResources.newBuilder().setLinux(resources));
    if (state == ContainerState.CONTAINER_EXITED) {
      status.setReason(exitCode == 0 ? "Completed" : "Error");
    }
    return status.build();
  }
}
