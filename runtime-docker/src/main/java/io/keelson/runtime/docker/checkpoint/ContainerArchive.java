package io.keelson.runtime.docker.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.github.dockerjava.api.command.InspectContainerResponse;
import io.keelson.linux.LinuxException;
import io.keelson.linux.Whiteouts;
import io.keelson.runtime.docker.engine.DockerEngine;
import io.keelson.runtime.docker.engine.UpperLayer;
import io.keelson.runtime.spi.CriException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Objects;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;

/** An archive that {@link CheckpointWriter} wrote, to make a container of. Thread-safe. */
public final class ContainerArchive {
  static final String STATUS = "status.dump";
  static final String CHANGES = "rootfs-diff.tar";
  static final String DELETED = "deleted.files";

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int DOCUMENT_LIMIT = 1 << 20;

  private final Path path;
  private final String imageId;

  private ContainerArchive(Path path, String imageId) {
    this.path = path;
    this.imageId = imageId;
  }

  /**
   * Opens one.
   *
   * @throws CriException {@code INVALID_ARGUMENT} when it is not there, or is none
   */
  public static ContainerArchive open(Path path) {
    try (TarArchiveInputStream tar = read(path)) {
      for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
        if (entry.getName().equals(STATUS)) {
          String image = document(tar).path("image_id").asText();
          if (!image.isEmpty()) {
            return new ContainerArchive(path, image);
          }
        }
      }
    } catch (IOException e) {
      throw CriException.invalidArgument(
          "checkpoint archive '%s' cannot be read: %s".formatted(path, e));
    }
    throw CriException.invalidArgument(
        "'%s' is no checkpoint archive of a Keelson: it has no %s with an image_id"
            .formatted(path, STATUS));
  }

  private static TarArchiveInputStream read(Path path) throws IOException {
    return new TarArchiveInputStream(Files.newInputStream(path));
  }

  private static JsonNode document(InputStream in) throws IOException {
    return JSON.readTree(in.readNBytes(DOCUMENT_LIMIT));
  }

  /** The id of the image the container had. */
  public String imageId() {
    return imageId;
  }

  /**
   * Gives a created container the changed files, and lays its processes where the engine finds them
   * when it is started by {@link #start}. They go with the container when it is removed.
   *
   * @throws CriException {@code FAILED_PRECONDITION} when the engine's files are not on this
   *     machine, or its storage driver is not known
   */
  public void layReady(DockerEngine engine, String containerId) throws InterruptedException {
    Path home = Path.of(engine.info().getDockerRootDir(), "containers", containerId);
    if (!Files.isDirectory(home)) {
      throw CriException.failedPrecondition(
          "cannot restore container %s: the engine keeps its files in %s, which is not here"
              .formatted(containerId, home));
    }
    InspectContainerResponse inspected =
        engine.call(
            "inspect container " + containerId, c -> c.inspectContainerCmd(containerId).exec());
    try (TarArchiveInputStream tar = read(path)) {
      Path images =
          Files.createDirectories(
              home.resolve("checkpoints").resolve(EngineDump.FOLDER),
              PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
      for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
        String name = entry.getName();
        if (name.startsWith(EngineDump.FOLDER + "/") && entry.isFile()) {
          Files.copy(tar, images.resolve(plainName(name)));
        } else if (name.equals(CHANGES)) {
          putChanges(engine, inspected, tar);
        } else if (name.equals(DELETED)) {
          hide(inspected, document(tar));
        }
      }
    } catch (IOException | LinuxException e) {
      throw CriException.internal(
          "cannot restore container %s from %s: %s".formatted(containerId, path, e), e);
    }
  }

  private String plainName(String entry) throws IOException {
    String name = entry.substring(EngineDump.FOLDER.length() + 1);
    if (name.contains("/") || name.equals("..")) {
      throw new IOException("'%s' is not a file of a checkpoint".formatted(entry));
    }
    return name;
  }

  /** What cannot be written to was not changed either. */
  private static void putChanges(
      DockerEngine engine, InspectContainerResponse container, InputStream changes)
      throws InterruptedException {
    if (!Boolean.TRUE.equals(container.getHostConfig().getReadonlyRootfs())) {
      String id = Objects.requireNonNull(container.getId());
      engine.call(
          "give container " + id + " its files",
          client ->
              client
                  .copyArchiveToContainerCmd(id)
                  .withTarInputStream(changes)
                  .withRemotePath("/")
                  .exec());
    }
  }

  private static void hide(InspectContainerResponse container, JsonNode deleted)
      throws IOException {
    Path layer =
        UpperLayer.of(container)
            .orElseThrow(() ->
                CriException.failedPrecondition(
                    "cannot restore container %s: where its changed files are is not known; it needs"
                            .formatted(container.getId())
                        + " the storage driver overlay2"));
    for (JsonNode name : deleted) {
      Path hidden = layer.resolve(name.asText());
      if (!hidden.normalize().equals(hidden) || !hidden.startsWith(layer)) {
        throw new IOException("'%s' is not a file of a container".formatted(name.asText()));
      }
      // A link in the archive must not lead out of the container.
      Path folder = layer;
      for (Path part : layer.relativize(hidden)) {
        if (!Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
          throw new IOException("'%s' has no folder in %s".formatted(name.asText(), layer));
        }
        folder = folder.resolve(part);
      }
      Whiteouts.make(hidden);
    }
  }

  /**
   * Starts a container whose processes were laid ready: they go on where they were paused.
   *
   * @throws CriException {@code FAILED_PRECONDITION} naming what this machine lacks
   */
  public static void start(DockerEngine engine, String containerId) throws InterruptedException {
    EngineDump.restore(engine, containerId);
  }
}
