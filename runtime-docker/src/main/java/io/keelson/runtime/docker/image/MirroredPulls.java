package io.keelson.runtime.docker.image;

import com.github.dockerjava.api.command.InspectImageResponse;
import io.keelson.runtime.spi.CriException;
import io.keelson.runtime.v1.AuthConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Pulls from the first mirror that has an image, and else from its registry. Thread-safe. */
final class MirroredPulls implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(MirroredPulls.class);

  private final EngineImages engine;
  private final ImagePulls pulls;
  private final Mirrors mirrors;

  /**
   * Pulls into an engine.
   *
   * @param pulls is closed with this
   */
  MirroredPulls(EngineImages engine, ImagePulls pulls, Mirrors mirrors) {
    this.engine = engine;
    this.pulls = pulls;
    this.mirrors = mirrors;
  }

  /**
   * Pulls an image, which has the name that is asked for afterwards.
   *
   * @param auth for its registry; mirrors are given none
   * @throws CriException what the registry said, and before it the mirrors
   */
  void pull(ImageReference image, AuthConfig auth) throws InterruptedException {
    List<String> refusals = new ArrayList<>();
    for (ImageReference atMirror : mirrors.of(image)) {
      try {
        if (pullFromMirror(image, atMirror)) {
          return;
        }
      } catch (CriException e) {
        log.warn("mirror {} cannot serve {}: {}", atMirror.name(), image, e.getMessage());
        refusals.add("its mirror " + atMirror.registry() + ": " + e.getMessage());
      }
    }
    try {
      pulls.pull(image, RegistryAuth.header(auth, image));
    } catch (CriException e) {
      throw refusals.isEmpty()
          ? e
          : new CriException(
              e.code(), e.getMessage() + "; before that " + String.join("; ", refusals), e);
    }
  }

  private boolean pullFromMirror(ImageReference image, ImageReference atMirror)
      throws InterruptedException {
    boolean known = engine.inspect(atMirror.pinned()).isPresent();
    pulls.pull(atMirror, RegistryAuth.header(AuthConfig.getDefaultInstance(), atMirror));
    Optional<String> pulled = engine.inspect(atMirror.pinned()).map(InspectImageResponse::getId);
    if (pulled.isPresent()) {
      adopt(pulled.get(), atMirror, image, known);
    }
    return pulled.isPresent();
  }

  /** Gives what was pulled from a mirror the name it was asked for by. */
  private void adopt(
      String id, ImageReference atMirror, ImageReference image, boolean knownByMirrorsName)
      throws InterruptedException {
    engine.tag(id, atMirror.name(), Mirrors.mark(id));
    if (image.digest() == null) {
      engine.tag(id, image.name(), image.version());
      if (!knownByMirrorsName) {
        engine.remove(atMirror.toString(), true);
      }
    }
  }

  /** Gives up pulls in progress. */
  @Override
  public void close() {
    pulls.close();
  }
}
