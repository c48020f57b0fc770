package io.keelson.runtime.docker;

import io.keelson.runtime.docker.records.ContainerRecord;
import io.keelson.runtime.docker.records.SandboxRecord;
import io.keelson.runtime.spi.CriException;
import io.keelson.runtime.state.RecordStore;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The sandboxes and containers this backend has made: in memory for every list and status call, on
 * disk for the next daemon. Only finished objects are listed. Thread-safe.
 */
final class Inventory implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Inventory.class);

  private final RecordStore<SandboxRecord> sandboxRecords;
  private final RecordStore<ContainerRecord> containerRecords;
  private final Map<String, DockerPod> pods = new ConcurrentHashMap<>();
  private final Map<String, DockerContainer> containers = new ConcurrentHashMap<>();
  private final Map<String, SandboxRecord> sandboxesLeft = new ConcurrentHashMap<>();
  private final Map<String, ContainerRecord> containersLeft = new ConcurrentHashMap<>();
  private final ExecutorService syncing =
      Executors.newSingleThreadExecutor(Thread.ofVirtual().name("sync-records").factory());
  private volatile boolean open;
  private volatile String whyNotOpen = "the Docker Engine has not been reached";

  Inventory(Path stateDirectory) {
    sandboxRecords =
        RecordStore.open(stateDirectory.resolve("sandboxes"), SandboxRecord.getDefaultInstance());
    containerRecords =
        RecordStore.open(
            stateDirectory.resolve("containers"), ContainerRecord.getDefaultInstance());
  }

  /**
   * Saves what is so from now on. A daemon that is killed finds it at its next start; it reaches
   * the disk a moment later, since whoever learns of it in that moment is on this machine too, and
   * goes down with it.
   */
  void save(SandboxRecord record) {
    saveIntent(record);
    syncing.execute(() -> sync(sandboxRecords, record.getToken()));
  }

  /** As {@link #save(SandboxRecord)}. */
  void save(ContainerRecord record) {
    saveIntent(record);
    syncing.execute(() -> sync(containerRecords, record.getToken()));
  }

  private static void sync(RecordStore<?> records, String token) {
    try {
      records.sync(token);
    } catch (CriException e) {
      log.warn("{}", e.getMessage());
    }
  }

  /**
   * Saves what is about to be done, for a daemon that is killed while doing it. After a crash of
   * the machine nobody needs it: {@link Recovery} clears away what no record knows.
   */
  void saveIntent(SandboxRecord record) {
    sandboxRecords.putUnsynced(record.getToken(), record);
  }

  /** As {@link #saveIntent(SandboxRecord)}. */
  void saveIntent(ContainerRecord record) {
    containerRecords.putUnsynced(record.getToken(), record);
  }

  void delete(SandboxRecord record) {
    sandboxRecords.delete(record.getToken());
    sandboxesLeft.remove(record.getToken());
  }

  void delete(ContainerRecord record) {
    containerRecords.delete(record.getToken());
    containersLeft.remove(record.getToken());
  }

  Collection<SandboxRecord> savedSandboxes() {
    return sandboxRecords.loadAll().values();
  }

  Collection<ContainerRecord> savedContainers() {
    return containerRecords.loadAll().values();
  }

  /** Keeps in mind what a failed call could not take back; {@link Recovery} tries again. */
  void leave(SandboxRecord record) {
    sandboxesLeft.put(record.getToken(), record);
  }

  /** As {@link #leave(SandboxRecord)}. */
  void leave(ContainerRecord record) {
    containersLeft.put(record.getToken(), record);
  }

  Collection<SandboxRecord> sandboxesLeft() {
    return List.copyOf(sandboxesLeft.values());
  }

  Collection<ContainerRecord> containersLeft() {
    return List.copyOf(containersLeft.values());
  }

  void add(DockerPod pod) {
    pods.put(pod.id(), pod);
  }

  void add(DockerContainer container) {
    containers.put(container.id(), container);
  }

  void remove(DockerPod pod) {
    pods.remove(pod.id());
  }

  void remove(DockerContainer container) {
    containers.remove(container.id());
  }

  /** From now on the maps say all there is; until then nobody may take them at their word. */
  void open() {
    open = true;
  }

  boolean isOpen() {
    return open;
  }

  /**
   * Every sandbox.
   *
   * @throws CriException {@code UNAVAILABLE} before recovery, when an empty list would be a lie
   */
  Collection<DockerPod> pods() {
    requireOpen();
    return pods.values();
  }

  /**
   * Every container.
   *
   * @throws CriException as {@link #pods}
   */
  Collection<DockerContainer> containers() {
    requireOpen();
    return containers.values();
  }

  /** The sandboxes recovery has taken over so far. */
  Collection<DockerPod> recoveredPods() {
    return pods.values();
  }

  /**
   * Notes what keeps recovery from happening, for those who are refused meanwhile.
   *
   * @param why what was tried, why it failed, and what to do
   */
  void notOpenBecause(String why) {
    whyNotOpen = why;
  }

  /**
   * Refuses what must not happen before recovery.
   *
   * @throws CriException {@code UNAVAILABLE}
   */
  void requireOpen() {
    if (!open) {
      throw CriException.unavailable(
          "the Docker backend does not know its pods yet: " + whyNotOpen, null);
    }
  }

  List<DockerContainer> containersOf(String podSandboxId) {
    return containers.values().stream().filter(c -> c.sandboxId().equals(podSandboxId)).toList();
  }

  Optional<DockerPod> findPod(String id) {
    return Optional.ofNullable(pods.get(id));
  }

  Optional<DockerContainer> findContainer(String id) {
    return Optional.ofNullable(containers.get(id));
  }

  DockerPod pod(String id) {
    requireOpen();
    return findPod(id)
        .orElseThrow(() -> CriException.notFound("pod sandbox '" + id + "' does not exist"));
  }

  DockerContainer container(String id) {
    requireOpen();
    return findContainer(id)
        .orElseThrow(() -> CriException.notFound("container '" + id + "' does not exist"));
  }

  /** Waits until what was saved is on the disk. */
  @Override
  public void close() {
    syncing.close();
  }
}
