package io.keelson.runtime.docker.checkpoint;

import com.github.dockerjava.api.command.InspectContainerResponse;
import io.grpc.Status;
import io.keelson.runtime.docker.engine.DockerEngine;
import io.keelson.runtime.spi.CriException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Containers that stand still while they are written down, so that what is written of all of them
 * is of one moment. A file names them as long as they may stand still, for a daemon that starts
 * anew.
 */
final class FrozenContainers implements AutoCloseable {
  private final DockerEngine engine;
  private final Path names;

  private FrozenContainers(DockerEngine engine, Path names) {
    this.engine = engine;
    this.names = names;
  }

  /**
   * Pauses running containers.
   *
   * @param names the file, which must not exist
   * @throws CriException when one cannot be paused; all go on then
   */
  static FrozenContainers freeze(DockerEngine engine, List<String> containerIds, Path names)
      throws IOException, InterruptedException {
    Files.write(names, containerIds);
    FrozenContainers frozen = new FrozenContainers(engine, names);
    try {
      for (String id : containerIds) {
        engine.call("pause container " + id, client -> client.pauseContainerCmd(id).exec());
      }
      return frozen;
    } catch (CriException e) {
      frozen.close();
      throw e;
    }
  }

  /** Lets them go on; throws as {@link #thaw}. */
  @Override
  public void close() throws IOException, InterruptedException {
    thaw(engine, names);
  }

  /**
   * Lets the containers go on that a file names, if it is there, and deletes it.
   *
   * @throws CriException when the engine did not let one of them go on; the file stays
   */
  static void thaw(DockerEngine engine, Path names) throws IOException, InterruptedException {
    if (Files.exists(names)) {
      for (String id : Files.readAllLines(names)) {
        thaw(engine, id);
      }
      Files.delete(names);
    }
  }

  private static void thaw(DockerEngine engine, String id) throws InterruptedException {
    try {
      InspectContainerResponse container =
          engine.call("inspect container " + id, c -> c.inspectContainerCmd(id).exec());
      if (Boolean.TRUE.equals(container.getState().getPaused())) {
        engine.call("unpause container " + id, c -> c.unpauseContainerCmd(id).exec());
      }
    } catch (CriException e) {
      if (e.code() != Status.Code.NOT_FOUND) {
        throw e;
      }
    }
  }
}
