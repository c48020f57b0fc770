package io.keelson.runtime.docker;

import com.github.dockerjava.api.command.InspectContainerResponse;
import io.keelson.runtime.docker.engine.DockerEngine;
import io.keelson.runtime.docker.engine.HijackedStream;
import io.keelson.runtime.spi.ContainerSession;
import java.io.IOException;
import java.io.OutputStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A container's own streams over the engine's attach. */
final class DockerAttachSession implements ContainerSession {
  private static final Logger log = LoggerFactory.getLogger(DockerAttachSession.class);

  private final DockerEngine engine;
  private final String containerId;
  private final HijackedStream stream;

  DockerAttachSession(DockerEngine engine, String containerId, HijackedStream stream) {
    this.engine = engine;
    this.containerId = containerId;
    this.stream = stream;
  }

  /** Whether the engine's container runs now, so that its end will end the output. */
  boolean isRunning() throws InterruptedException {
    InspectContainerResponse container =
        engine.call(
            "inspect container " + containerId,
            client -> client.inspectContainerCmd(containerId).exec());
    return Boolean.TRUE.equals(container.getState().getRunning());
  }

  @Override
  public OutputStream stdin() {
    return stream.stdin();
  }

  @Override
  public void copyOutput(OutputStream stdout, OutputStream stderr) throws IOException {
    stream.copyOutput(stdout, stderr);
  }

  @Override
  public void resize(int width, int height) throws InterruptedException {
    engine.call(
        "resize the terminal of container " + containerId,
        client -> client.resizeContainerCmd(containerId).withSize(height, width).exec());
  }

  @Override
  public void close() {
    try {
      stream.close();
    } catch (IOException e) {
      log.debug("closing the streams of a container failed", e);
    }
  }
}
