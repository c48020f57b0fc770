package io.keelson.runtime.docker.image;

import com.github.dockerjava.api.command.InspectImageResponse;
import io.grpc.Status;
import io.keelson.runtime.docker.engine.DockerEngine;
import io.keelson.runtime.spi.CriException;
import java.util.Optional;

/** The calls to the engine about single images; all of them may be repeated. */
final class EngineImages {
  private final DockerEngine engine;

  EngineImages(DockerEngine engine) {
    this.engine = engine;
  }

  /** What the engine says of an image; empty when it does not know it. */
  Optional<InspectImageResponse> inspect(String reference) throws InterruptedException {
    try {
      return Optional.of(
          engine.call(
              "inspect image " + reference, client -> client.inspectImageCmd(reference).exec()));
    } catch (CriException e) {
      if (e.code() == Status.Code.NOT_FOUND) {
        return Optional.empty();
      }
      throw e;
    }
  }

  void tag(String id, String name, String tag) throws InterruptedException {
    engine.call(
        "tag image " + id + " as " + name + ":" + tag,
        client -> client.tagImageCmd(id, name, tag).exec());
  }

  /** Removes a name, or an image by its id; fine when it is gone or in use. */
  void remove(String reference, boolean force) throws InterruptedException {
    try {
      engine.call(
          "remove image " + reference,
          client -> client.removeImageCmd(reference).withForce(force).exec());
    } catch (CriException e) {
      // Gone already, perhaps by another client's call at the same time, for which the engine has
      // words of its own; or in use, which is no failure.
      if (e.code() != Status.Code.NOT_FOUND
          && e.code() != Status.Code.FAILED_PRECONDITION
          && !String.valueOf(e.getMessage()).contains("unrecognized image ID")) {
        throw e;
      }
    }
  }
}
