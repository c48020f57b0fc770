package io.keelson.runtime.docker.engine;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.github.dockerjava.api.DockerClient;
import io.grpc.Status;
import io.keelson.runtime.spi.CriException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Optional;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;

/** Reads single text files of containers, running or not, through the engine. */
public final class ContainerFile {
  private static final int LINK_LIMIT = 8;

  private ContainerFile() {}

  /** A file's text, or the path it is a link to. */
  private record Found(String text, String link) {}

  /**
   * The text of a file. Links are followed within the container, up to 8 in a row.
   *
   * @param path absolute
   * @param limit the most bytes it may have
   * @return empty when there is no such file
   * @throws CriException {@code INVALID_ARGUMENT} when it has more bytes; {@code NOT_FOUND} when
   *     the container is gone
   */
  public static Optional<String> read(DockerEngine engine, String container, Path path, int limit)
      throws InterruptedException {
    Path at = path;
    for (int links = 0; links <= LINK_LIMIT; links++) {
      String name = at.toString();
      Optional<Found> found =
          found(engine, "read " + name + " of container " + container, container, name, limit);
      if (found.isEmpty() || found.get().link().isEmpty()) {
        return found.map(Found::text);
      }
      at = at.resolveSibling(found.get().link()).normalize();
    }
    return Optional.empty();
  }

  private static Optional<Found> found(
      DockerEngine engine, String what, String container, String path, int limit)
      throws InterruptedException {
    try {
      return engine.call(what, client -> first(client, container, path, limit));
    } catch (CriException e) {
      boolean noContainer = String.valueOf(e.getMessage()).contains("No such container");
      if (e.code() == Status.Code.NOT_FOUND && !noContainer) {
        return Optional.empty();
      }
      throw e;
    }
  }

  private static Optional<Found> first(
      DockerClient client, String container, String path, int limit) {
    try (InputStream body = client.copyArchiveFromContainerCmd(container, path).exec();
        TarArchiveInputStream archive = new TarArchiveInputStream(body)) {
      TarArchiveEntry entry = archive.getNextEntry();
      if (entry == null) {
        return Optional.empty();
      }
      if (entry.isSymbolicLink()) {
        return Optional.of(new Found("", entry.getLinkName()));
      }
      if (!entry.isFile()) {
        return Optional.empty();
      }
      if (entry.getSize() > limit) {
        throw CriException.invalidArgument(
            "%s of container %s has %d bytes, more than the %d that can be taken"
                .formatted(path, container, entry.getSize(), limit));
      }
      return Optional.of(new Found(new String(archive.readNBytes(limit), UTF_8), ""));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
