package io.keelson.runtime.docker.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.keelson.linux.FileTrees;
import io.keelson.runtime.docker.engine.DockerEngine;
import io.keelson.runtime.spi.CriException;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes checkpoint archives. Each is made beside its place under another name and then renamed; a
 * link to it is kept, so that a daemon that starts again finds and deletes what was cut short.
 * Thread-safe.
 */
public final class CheckpointWriter {
  /** How long a checkpoint may take when its caller does not say. */
  public static final Duration DEFAULT_LIMIT = Duration.ofMinutes(2);

  private static final Logger log = LoggerFactory.getLogger(CheckpointWriter.class);
  private static final String UNFINISHED = "unfinished";
  private static final String CHANGES = "rootfs-diff.tar";

  private final DockerEngine engine;
  private final Path directory;

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

  /** Deletes what an earlier process left unfinished. */
  public void clear() {
    if (!Files.isDirectory(directory)) {
      return;
    }
    try (Stream<Path> left = Files.list(directory)) {
      left.toList().forEach(CheckpointWriter::discard);
    } catch (IOException e) {
      log.warn("cannot clear {}: {}", directory, e.getMessage());
    }
  }

  private static void discard(Path stage) {
    try {
      Path link = stage.resolve(UNFINISHED);
      if (Files.isSymbolicLink(link)) {
        Files.deleteIfExists(Files.readSymbolicLink(link));
      }
      FileTrees.delete(stage);
    } catch (IOException e) {
      log.warn("cannot delete the unfinished checkpoint {}: {}", stage, e.getMessage());
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
    String id = checkpoint.status().getId();
    Path folder = location.getParent();
    if (folder == null || !Files.isDirectory(folder) || Files.isDirectory(location)) {
      throw CriException.invalidArgument(
          "location '%s' is not a file in an existing folder; name one, and make its folder first"
              .formatted(location));
    }
    TimeLimit time = new TimeLimit(limit);
    Path stage = directory.resolve(UUID.randomUUID().toString());
    FutureTask<String> dump =
        new FutureTask<>(() -> {
          EngineDump.write(engine, id, stage);
          return "";
        });
    try {
      Files.createDirectories(directory);
      Files.createDirectory(
          stage,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
      Thread.startVirtualThread(dump);
      await(dump, time);
      Path unfinished = folder.resolve("." + location.getFileName() + "." + stage.getFileName());
      Files.createSymbolicLink(stage.resolve(UNFINISHED), unfinished);
      archive(checkpoint, stage, unfinished, time);
      Files.move(
          unfinished,
          location,
          StandardCopyOption.ATOMIC_MOVE,
          StandardCopyOption.REPLACE_EXISTING);
    } catch (TimeLimit.OverdueException e) {
      throw CriException.deadlineExceeded(
          "cannot checkpoint container %s: %s; give it more time".formatted(id, e.getMessage()));
    } catch (ClosedByInterruptException e) {
      Thread.interrupted();
      throw (InterruptedException)
          new InterruptedException("interrupted: checkpoint container " + id).initCause(e);
    } catch (IOException e) {
      throw CriException.internal(
          "cannot write the checkpoint of container %s to %s: %s; check space and permissions"
              .formatted(id, location, e),
          e);
    } finally {
      // The engine does not notice that nobody waits any more, and goes on writing.
      discardAfter(dump, stage);
    }
  }

  private static void await(FutureTask<String> dump, TimeLimit time)
      throws IOException, InterruptedException {
    try {
      dump.get(time.left().toNanos(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      throw time.overdue();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException failure) {
        throw failure;
      }
      throw new IllegalStateException(e);
    }
  }

  private static void discardAfter(FutureTask<String> dump, Path stage) {
    if (dump.isDone()) {
      discard(stage);
      return;
    }
    Thread.startVirtualThread(() -> {
      try {
        dump.get();
      } catch (InterruptedException | ExecutionException e) {
        log.debug("a checkpoint nobody waits for failed", e);
      } finally {
        discard(stage);
      }
    });
  }

  private void archive(Checkpoint checkpoint, Path stage, Path unfinished, TimeLimit time)
      throws IOException, InterruptedException {
    String id = checkpoint.status().getId();
    LayerChanges changes =
        LayerChanges.of(
            engine.call(
                "list the changed files of container " + id,
                client -> client.containerDiffCmd(id).exec()));
    Path diff = stage.resolve(CHANGES);
    try (CheckpointArchive files = new CheckpointArchive(diff, time)) {
      changes.write(checkpoint.layer(), files);
      files.finish();
    }
    try (CheckpointArchive whole = new CheckpointArchive(unfinished, time)) {
      whole.add("config.dump", bytes(checkpoint.config()));
      whole.add("spec.dump", bytes(checkpoint.spec()));
      whole.add("status.dump", bytes(checkpoint.statusDump()));
      whole.addFolder(EngineDump.FOLDER, stage.resolve(EngineDump.FOLDER));
      whole.add(CHANGES, diff);
      if (!changes.deleted().isEmpty()) {
        whole.add("deleted.files", bytes(array(changes.deleted())));
      }
      Path written = Path.of(checkpoint.status().getLogPath());
      if (Files.isRegularFile(written)) {
        whole.add("container.log", written);
      }
      whole.finish();
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
