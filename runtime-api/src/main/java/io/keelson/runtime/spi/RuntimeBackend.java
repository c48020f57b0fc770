package io.keelson.runtime.spi;

import io.keelson.runtime.v1.CgroupDriver;
import io.keelson.runtime.v1.RuntimeCondition;
import io.keelson.runtime.v1.RuntimeFeatures;
import io.keelson.runtime.v1.RuntimeHandler;
import java.util.List;

/**
 * A container runtime behind the CRI: the one interface a runtime author implements. Everything a
 * node agent expects beyond it (the wire, request validation, id prefixes, filters, per-pod
 * ordering, idempotent replies, streaming lists, event fan-out) is the server's work.
 *
 * <p>The required parts are pods, containers and images. A backend announces an optional part by
 * also implementing its interface: {@link StreamingSessions}, {@link ResourceUpdates}, {@link
 * LogReopening}, {@link StatsProvider}, {@link MetricsProvider}, {@link ContainerCheckpoints},
 * {@link PodCheckpoints}, {@link CallInterception}. Calls for a part it lacks are answered {@code
 * Unimplemented}.
 *
 * <p>Messages of CRI v1 are the vocabulary: they arrive as the caller sent them, validated for
 * shape only. Ids handed to a backend are always full ids it returned or listed earlier.
 *
 * <p>Methods block, are called from virtual threads, many at once, and answer an interrupt (the
 * caller cancelled or its deadline passed) with {@link InterruptedException} after undoing what
 * they had begun. The server never runs two calls that change the same pod at once, except that
 * {@link Containers#stopContainer} may overlap any of them.
 */
public interface RuntimeBackend extends AutoCloseable {

  /**
   * Brings the backend up: reconciles its records with reality, finishing or undoing what an
   * earlier process left half-done. Called once, before any other method but {@link #name}.
   *
   * @param events receives every container state change from now on, including those found while
   *     reconciling
   * @throws CriException when the backend can never serve in this configuration; something that may
   *     come back (an engine that is down) is a condition, not a failed start
   */
  void start(ContainerEventSink events) throws InterruptedException;

  /** The runtime's name as {@code Version} reports it, constant: {@code docker}, {@code fake}. */
  String name();

  /**
   * The version of the runtime proper, such as the engine's; may change while it is upgraded.
   * Answers from memory, without I/O.
   */
  String version();

  /**
   * The runtime handlers (RuntimeClass handlers) this backend serves with the features of each; the
   * first is its default. Constant after {@link #start}.
   */
  List<RuntimeHandler> runtimeHandlers();

  /** Features of CRI's {@code StatusResponse.features} that hold for all handlers. */
  RuntimeFeatures features();

  /** The cgroup driver a node agent must use for pod cgroups. */
  CgroupDriver cgroupDriver();

  /**
   * The backend's present conditions: {@code RuntimeReady} and {@code NetworkReady}, with reason
   * and message where one is false. Answers within a second whatever the state of the runtime.
   */
  List<RuntimeCondition> conditions() throws InterruptedException;

  /**
   * Whether lists, statuses and infos of sandboxes and containers are answered from memory, without
   * ever blocking. The server then spares them a thread of their own, which halves the time they
   * take; one that blocks all the same holds up every other call. Constant.
   */
  default boolean answersFromMemory() {
    return false;
  }

  /** The life cycle of pod sandboxes. */
  PodSandboxes podSandboxes();

  /** The life cycle of containers. */
  Containers containers();

  /** Images and the filesystem they live on. */
  Images images();

  /**
   * Lets go of connections and threads. Pods and containers keep running: the next {@link #start}
   * finds them again. Called once, also on a backend that was never started or did not start.
   */
  @Override
  void close();
}
