package io.keelson.node.agent;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.keelson.node.agent.config.NodeFacts;
import io.keelson.node.agent.manifest.ManifestProblem;
import io.keelson.node.agent.manifest.ManifestSource;
import io.keelson.node.agent.manifest.Manifests;
import io.keelson.node.agent.manifest.PodManifest;
import io.keelson.runtime.client.RuntimeClient;
import io.keelson.volumes.PodVolumes;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs the pods of a manifest source on one node, through any CRI endpoint. It keeps its pods over
 * its own restarts: what runs is found again by records and labels, what is no longer asked for is
 * ended. Pods of other agents and kubelets on the same runtime are left alone.
 *
 * <p>Started once, closed once; thread-safe. The runtime client and the manifest source are its
 * caller's and outlive it; the source is closed with it.
 */
public final class NodeAgent implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(NodeAgent.class);

  private final RuntimeClient client;
  private final Path rootDirectory;
  private final ManifestSource source;
  private final AgentClock clock;
  private final NodeFacts facts;
  private final PodVolumes volumes;
  private final List<PodListener> listeners;
  private final ReentrantLock lock = new ReentrantLock();
  private final Map<String, PodWorker> workers = new HashMap<>();
  private final Map<String, PodView> views = new ConcurrentHashMap<>();
  private volatile Manifests manifests = Manifests.NONE;
  private @Nullable RuntimeWatch watch;
  private @Nullable FileChannel lockFile;
  private boolean closed;

  private NodeAgent(Builder builder) {
    this.client = builder.client;
    this.rootDirectory = builder.rootDirectory.toAbsolutePath().normalize();
    this.source = builder.source;
    this.clock = builder.clock;
    this.facts = builder.facts();
    this.volumes = builder.volumes;
    this.listeners = List.copyOf(builder.listeners);
  }

  /**
   * Begins the description of an agent.
   *
   * @param client the runtime
   * @param rootDirectory the agent's own directory, kept over reboots: records, volumes, files of
   *     pods
   * @param source which pods should run
   */
  public static Builder builder(RuntimeClient client, Path rootDirectory, ManifestSource source) {
    return new Builder(client, rootDirectory, source);
  }

  /** Describes an agent. Not thread-safe. */
  public static final class Builder {
    private final RuntimeClient client;
    private final Path rootDirectory;
    private final ManifestSource source;
    private final List<PodListener> listeners = new ArrayList<>();
    private final Map<String, String> runtimeHandlers = new HashMap<>();
    private AgentClock clock = AgentClock.system();
    private PodVolumes volumes = PodVolumes.standard();
    private String nodeName = NodeAddress.hostName();
    private String hostIp = "";
    private @Nullable Path logsDirectory;
    private Path resolverFile = Path.of("/etc/resolv.conf");
    private String clusterDomain = "cluster.local";

    private Builder(RuntimeClient client, Path rootDirectory, ManifestSource source) {
      this.client = client;
      this.rootDirectory = rootDirectory;
      this.source = source;
    }

    /** The node's name; the host's unless given. Agents on one runtime need different ones. */
    public Builder nodeName(String name) {
      this.nodeName = name;
      return this;
    }

    /** The node's address, as pods are told it; the one packets leave by unless given. */
    public Builder hostIp(String ip) {
      this.hostIp = ip;
      return this;
    }

    /** Holds a directory of logs for each pod; {@code logs} in the root directory unless given. */
    public Builder logsDirectory(Path directory) {
      this.logsDirectory = directory;
      return this;
    }

    /** The resolver configuration pods inherit; {@code /etc/resolv.conf} unless given. */
    public Builder resolverFile(Path file) {
      this.resolverFile = file;
      return this;
    }

    /** The domain full host names of pods end with; {@code cluster.local} unless given. */
    public Builder clusterDomain(String domain) {
      this.clusterDomain = domain;
      return this;
    }

    /** The runtime handler of a RuntimeClass; unless given, the handler of the same name. */
    public Builder runtimeClass(String name, String handler) {
      runtimeHandlers.put(name, handler);
      return this;
    }

    /** The time; the system's unless given. */
    public Builder clock(AgentClock clock) {
      this.clock = clock;
      return this;
    }

    /** The kinds of volumes pods may have; the standard ones unless given. */
    public Builder volumes(PodVolumes volumes) {
      this.volumes = volumes;
      return this;
    }

    /** Adds somebody to be told about changes. */
    public Builder listener(PodListener listener) {
      listeners.add(listener);
      return this;
    }

    private NodeFacts facts() {
      Path root = rootDirectory.toAbsolutePath().normalize();
      return new NodeFacts(
          nodeName,
          hostIp.isEmpty() ? NodeAddress.outgoing() : hostIp,
          MachineMemory.totalBytes(),
          Runtime.getRuntime().availableProcessors() * 1000L,
          (logsDirectory == null ? root.resolve("logs") : logsDirectory)
              .toAbsolutePath()
              .normalize(),
          root.resolve("seccomp"),
          resolverFile,
          clusterDomain,
          runtimeHandlers);
    }

    /** Makes the agent, without starting anything. */
    public NodeAgent build() {
      return new NodeAgent(this);
    }
  }

  /** What becomes of the pods when the agent closes. */
  public enum PodsAtClose {
    /** They keep running; the next agent with the same root directory finds them. */
    KEEP_RUNNING,
    /** They are ended and removed, each within its grace period. */
    TERMINATE
  }

  /**
   * Finds the pods of an earlier process, and begins to run what the source asks for.
   *
   * @throws IOException when the root directory cannot be used, or another agent uses it
   * @throws io.keelson.node.agent.manifest.ManifestException when the source cannot be read
   */
  public void start() throws IOException, InterruptedException {
    boolean started = false;
    try {
      claim();
      NodeServices shared =
          new NodeServices(
              client,
              clock,
              facts,
              rootDirectory.resolve("pods"),
              PodRecords.open(rootDirectory.resolve("records")),
              volumes);
      Map<String, List<PodRecord>> adopted = new Adoption(shared).find();
      source.start(found -> apply(shared, found, adopted));
      RuntimeWatch events = new RuntimeWatch(client, clock, facts.name(), this::wake);
      watch = events;
      events.start();
      started = true;
    } finally {
      if (!started) {
        close(PodsAtClose.KEEP_RUNNING, Duration.ZERO);
      }
    }
  }

  /** Pods as they are now, by full name. */
  public List<PodView> pods() {
    return views.values().stream().sorted(Comparator.comparing(PodView::fullName)).toList();
  }

  /** What is wrong with manifests now. */
  public List<ManifestProblem> manifestProblems() {
    return manifests.problems();
  }

  /** Closes and leaves the pods running. Repeatable. */
  @Override
  public void close() throws InterruptedException {
    close(PodsAtClose.KEEP_RUNNING, Duration.ZERO);
  }

  /**
   * Closes.
   *
   * @param pods what becomes of the pods
   * @param graceLimit the longest grace period of a pod that is ended, however long its own is
   */
  public void close(PodsAtClose pods, Duration graceLimit) throws InterruptedException {
    List<PodWorker> present;
    lock.lock();
    try {
      closed = true;
      present = List.copyOf(workers.values());
    } finally {
      lock.unlock();
    }
    source.close();
    for (PodWorker worker : present) {
      if (pods == PodsAtClose.TERMINATE) {
        worker.terminate(graceLimit);
      } else {
        worker.detach();
      }
    }
    for (PodWorker worker : present) {
      worker.join();
    }
    if (watch != null) {
      watch.close();
    }
    release();
  }

  private void claim() throws IOException {
    Files.createDirectories(rootDirectory);
    FileChannel channel =
        FileChannel.open(
            rootDirectory.resolve("agent.lock"),
            StandardOpenOption.CREATE,
            StandardOpenOption.WRITE);
    lockFile = channel;
    @Nullable FileLock held;
    try {
      held = channel.tryLock();
    } catch (OverlappingFileLockException e) {
      held = null;
    }
    if (held == null) {
      throw new IOException(
          "the directory %s is used by another node agent; stop it or give another directory"
              .formatted(rootDirectory));
    }
  }

  private void release() {
    try {
      if (lockFile != null) {
        lockFile.close();
      }
    } catch (IOException e) {
      log.warn("closing the lock of {}", rootDirectory, e);
    }
  }

  /** Gives every worker what is asked for now; the first time, those of adopted pods, too. */
  private void apply(NodeServices shared, Manifests found, Map<String, List<PodRecord>> adopted) {
    lock.lock();
    try {
      if (closed) {
        return;
      }
      manifests = found;
      Map<String, PodManifest> wanted = new TreeMap<>();
      found.pods().forEach(pod -> wanted.put(pod.fullName(), pod));
      for (Map.Entry<String, List<PodRecord>> entry : adopted.entrySet()) {
        start(
            shared, entry.getKey(), keptLast(entry.getValue(), wanted.get(entry.getKey())), wanted);
      }
      adopted.clear();
      workers.forEach((name, worker) -> worker.want(wanted.get(name)));
      for (String name : wanted.keySet()) {
        if (!workers.containsKey(name)) {
          start(shared, name, List.of(), wanted);
        }
      }
    } finally {
      lock.unlock();
    }
  }

  private static List<PodRecord> keptLast(
      Collection<PodRecord> records, @Nullable PodManifest wanted) {
    return records.stream()
        .sorted(
            Comparator.comparing(
                record -> wanted != null && record.manifest().hash().equals(wanted.hash())))
        .toList();
  }

  private void start(
      NodeServices shared,
      String fullName,
      List<PodRecord> adopted,
      Map<String, PodManifest> wanted) {
    PodWorker worker =
        new PodWorker(shared, fullName, adopted, this::configMaps, new WorkerReports());
    workers.put(fullName, worker);
    worker.want(wanted.get(fullName));
    worker.start();
  }

  private Map<String, ConfigMap> configMaps() {
    return manifests.configMaps();
  }

  /** A pod may have changed in the runtime. */
  private void wake(String uid) {
    for (PodView view : views.values()) {
      if (view.uid().equals(uid)) {
        lock.lock();
        try {
          PodWorker worker = workers.get(view.fullName());
          if (worker != null) {
            worker.wake();
          }
        } finally {
          lock.unlock();
        }
      }
    }
  }

  private final class WorkerReports implements PodWorker.Reports {
    @Override
    public void changed(PodView view) {
      if (!view.equals(views.put(view.fullName(), view))) {
        listeners.forEach(listener -> listener.changed(view));
      }
    }

    @Override
    public void removed(String fullName) {
      PodView last = views.remove(fullName);
      if (last != null) {
        listeners.forEach(listener -> listener.removed(last.namespace(), last.name()));
      }
    }

    @Override
    public boolean mayEnd(PodWorker worker) {
      lock.lock();
      try {
        return !worker.isWanted() && workers.values().remove(worker);
      } finally {
        lock.unlock();
      }
    }
  }
}
