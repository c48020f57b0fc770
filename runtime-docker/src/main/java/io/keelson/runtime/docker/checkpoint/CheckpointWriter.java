package io.keelson.runtime.docker.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.keelson.runtime.docker.engine.DockerEngine;
import io.keelson.runtime.spi.CriException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes checkpoint archives. The containers stand still while their processes and files are taken;
 * should that take longer than the caller waits, they go on when the engine has answered, and
 * nothing is left of what was written. Thread-safe.
 */
public final class CheckpointWriter {
  /** How long a checkpoint may take when its caller does not say. */
  public static final Duration DEFAULT_LIMIT = Duration.ofMinutes(2);

  /** For callers whose end is told by an interrupt. */
  private static final Duration NO_LIMIT = Duration.ofDays(365);

  private static final Logger log = LoggerFactory.getLogger(CheckpointWriter.class);
  private static final String CHANGES = "changes.tar";

  private final DockerEngine engine;
  private final Path directory;
  private final Set<Path> active = ConcurrentHashMap.newKeySet();

  /**
   * Writes for the containers of an engine on this machine.
   *
   * @param directory for what is not finished, of this writer's own; takes as much space as the
   *     containers' memory and changed files
   */
  public CheckpointWriter(DockerEngine engine, Path directory) {
    this.engine = engine;
    this.directory = directory;
  }

  /** What was taken of a container while it stood still. */
  private record Taken(Checkpoint checkpoint, Path folder, List<String> deletedFiles) {}

  /** Deletes what an earlier process left unfinished, and lets the containers go on. */
  public void clear() throws InterruptedException {
    if (!Files.isDirectory(directory)) {
      return;
    }
    List<Path> left;
    try (Stream<Path> entries = Files.list(directory)) {
      left = entries.filter(stage -> !active.contains(stage)).toList();
    } catch (IOException e) {
      log.warn("cannot clear {}: {}", directory, e.getMessage());
      return;
    }
    for (Path stage : left) {
      discard(stage);
    }
  }

  private void discard(Path stage) throws InterruptedException {
    try {
      FrozenContainers.thaw(engine, stage.resolve(CheckpointStage.FROZEN));
      CheckpointStage.discard(stage);
    } catch (IOException | CriException e) {
      log.warn("the unfinished checkpoint {} is cleared away later: {}", stage, e.getMessage());
    }
  }

  /**
   * Writes one archive.
   *
   * @param location absolute path of the archive
   * @throws CriException as {@link io.keelson.runtime.spi.ContainerCheckpoints#checkpointContainer}
   *     throws
   */
  public void write(Checkpoint checkpoint, Path location, Duration limit)
      throws InterruptedException {
    Path folder = location.getParent();
    if (folder == null || !Files.isDirectory(folder) || Files.isDirectory(location)) {
      throw CriException.invalidArgument(
          "location '%s' is not a file in an existing folder; name one, and make its folder first"
              .formatted(location));
    }
    write(
        "checkpoint container " + checkpoint.status().getId(),
        Map.of(location, checkpoint),
        Map.of(),
        limit);
  }

  /**
   * Writes the archives of several containers of a pod, and an index of them.
   *
   * @param folder absolute path of an empty folder
   * @throws CriException as {@link io.keelson.runtime.spi.PodCheckpoints#checkpointPod} throws
   */
  public void writePod(List<Checkpoint> checkpoints, Path folder) throws InterruptedException {
    requireEmpty(folder);
    Map<Path, Checkpoint> archives = new LinkedHashMap<>();
    Map<String, String> names = new LinkedHashMap<>();
    for (Checkpoint checkpoint : checkpoints) {
      String file = "container-%d.tar".formatted(archives.size());
      archives.put(folder.resolve(file), checkpoint);
      names.put(checkpoint.status().getMetadata().getName(), file);
    }
    Checkpoint first = checkpoints.getFirst();
    write(
        "checkpoint pod sandbox " + first.sandboxId(),
        archives,
        Map.of(folder.resolve(PodIndex.FILE), bytes(new PodIndex(names).document(first.pod()))),
        NO_LIMIT);
  }

  private static void requireEmpty(Path folder) {
    try (Stream<Path> entries = Files.list(folder)) {
      if (entries.findAny().isPresent()) {
        throw CriException.invalidArgument(
            "output_path '%s' is not empty; name an empty folder".formatted(folder));
      }
    } catch (IOException e) {
      throw CriException.invalidArgument(
          "output_path '%s' cannot be read (%s); name an existing, empty folder"
              .formatted(folder, e));
    }
  }

  private void write(
      String what, Map<Path, Checkpoint> archives, Map<Path, byte[]> documents, Duration limit)
      throws InterruptedException {
    TimeLimit time = new TimeLimit(limit);
    // The engine does not notice that nobody waits any more, and has to be waited for.
    FutureTask<String> work =
        new FutureTask<>(() -> {
          make(archives, documents, time);
          return what;
        });
    Thread.ofVirtual().name("checkpoint").start(work);
    try {
      String _ = finish(work, time);
    } catch (ExecutionException e) {
      throw failure(what, e.getCause());
    } catch (InterruptedException e) {
      if (time.giveUp()) {
        throw e;
      }
      Thread.currentThread().interrupt();
    }
  }

  private static String finish(FutureTask<String> work, TimeLimit time)
      throws InterruptedException, ExecutionException {
    try {
      return work.get(time.left().toNanos(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      if (time.giveUp()) {
        throw new ExecutionException(time.overdue());
      }
      return work.get();
    }
  }

  private static RuntimeException failure(String what, @Nullable Throwable cause) {
    return switch (cause) {
      case TimeLimit.OverdueException e ->
          CriException.deadlineExceeded(
              "cannot %s: %s; give it more time".formatted(what, e.getMessage()));
      case IOException e ->
          CriException.internal("cannot %s: %s; check space and permissions".formatted(what, e), e);
      case RuntimeException e -> e;
      case null, default -> new IllegalStateException(what, cause);
    };
  }

  private void make(Map<Path, Checkpoint> archives, Map<Path, byte[]> documents, TimeLimit time)
      throws IOException, InterruptedException {
    Path place = CheckpointStage.placeIn(directory);
    active.add(place);
    try {
      CheckpointStage stage = CheckpointStage.begin(directory, place);
      Map<Path, Taken> taken = take(archives, stage, time);
      for (Map.Entry<Path, Taken> archive : taken.entrySet()) {
        compose(archive.getValue(), stage.unfinished(archive.getKey()), time);
      }
      for (Map.Entry<Path, byte[]> document : documents.entrySet()) {
        Files.write(stage.unfinished(document.getKey()), document.getValue());
      }
      time.done();
      stage.publish();
    } finally {
      active.remove(place);
      if (Files.exists(place)) {
        discard(place);
      }
    }
  }

  private Map<Path, Taken> take(
      Map<Path, Checkpoint> archives, CheckpointStage stage, TimeLimit time)
      throws IOException, InterruptedException {
    Map<Path, Taken> taken = new LinkedHashMap<>();
    List<String> ids = archives.values().stream().map(c -> c.status().getId()).toList();
    try (var _ = FrozenContainers.freeze(engine, ids, stage.frozen())) {
      for (Map.Entry<Path, Checkpoint> archive : archives.entrySet()) {
        time.check();
        taken.put(archive.getKey(), take(archive.getValue(), stage.newFolder(), time));
      }
    }
    return taken;
  }

  private Taken take(Checkpoint checkpoint, Path folder, TimeLimit time)
      throws IOException, InterruptedException {
    String id = checkpoint.status().getId();
    EngineDump.write(engine, id, folder);
    LayerChanges changes =
        LayerChanges.of(
            engine.call(
                "list the changed files of container " + id,
                client -> client.containerDiffCmd(id).exec()));
    try (CheckpointArchive files = new CheckpointArchive(folder.resolve(CHANGES), time)) {
      changes.write(checkpoint.layer(), files);
      files.finish();
    }
    return new Taken(checkpoint, folder, changes.deleted());
  }

  private static void compose(Taken taken, Path path, TimeLimit time) throws IOException {
    Checkpoint checkpoint = taken.checkpoint();
    try (CheckpointArchive archive = new CheckpointArchive(path, time)) {
      archive.add("config.dump", bytes(checkpoint.config()));
      archive.add("spec.dump", bytes(checkpoint.spec()));
      archive.add(ContainerArchive.STATUS, bytes(checkpoint.statusDump()));
      archive.addFolder(EngineDump.FOLDER, taken.folder().resolve(EngineDump.FOLDER));
      archive.add(ContainerArchive.CHANGES, taken.folder().resolve(CHANGES));
      if (!taken.deletedFiles().isEmpty()) {
        archive.add(ContainerArchive.DELETED, bytes(array(taken.deletedFiles())));
      }
      Path written = Path.of(checkpoint.status().getLogPath());
      if (Files.isRegularFile(written)) {
        archive.add("container.log", written);
      }
      archive.finish();
    }
  }

  private static ArrayNode array(List<String> words) {
    ArrayNode array = JsonNodeFactory.instance.arrayNode();
    words.forEach(array::add);
    return array;
  }

  private static byte[] bytes(JsonNode document) {
    return document.toString().getBytes(StandardCharsets.UTF_8);
  }
}
