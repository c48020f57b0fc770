package io.keelson.runtime.docker.image;

import com.github.dockerjava.api.command.InspectImageResponse;
import com.github.dockerjava.api.model.Image;
import io.grpc.Status;
import io.keelson.runtime.docker.engine.DockerEngine;
import io.keelson.runtime.spi.CriException;
import java.util.List;
import java.util.Optional;

/** The calls to the engine about images; all of them may be repeated. */
final class EngineImages {
  private final DockerEngine engine;
  private final ImageAnswers answers = new ImageAnswers();

  EngineImages(DockerEngine engine) {
    this.engine = engine;
  }

  /** What the engine says of an image; empty when it does not know it. */
  Optional<InspectImageResponse> inspect(String reference) throws InterruptedException {
    return answers.inspected(reference, () -> ask(reference));
  }

  /** Every image the engine has. */
  List<Image> list() throws InterruptedException {
    return answers.listed(
        () -> engine.call("list images", client -> client.listImagesCmd().exec()));
  }

  /** What was said before holds no longer. */
  void changed() {
    answers.changed();
  }

  /** Whether every change is told by {@link #changed} from now on. */
  void followed(boolean now) {
    answers.followed(now);
  }

  private Optional<InspectImageResponse> ask(String reference) throws InterruptedException {
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
    try {
      engine.call(
          "tag image " + id + " as " + name + ":" + tag,
          client -> client.tagImageCmd(id, name, tag).exec());
    } finally {
      changed();
    }
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
    } finally {
      changed();
    }
  }
}
