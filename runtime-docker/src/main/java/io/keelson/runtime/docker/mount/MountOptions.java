package io.keelson.runtime.docker.mount;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.github.dockerjava.api.model.BindOptions;
import com.github.dockerjava.api.model.BindPropagation;
import com.github.dockerjava.api.model.Mount;
import com.github.dockerjava.api.model.MountType;
import io.keelson.runtime.spi.CriException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Objects;

/** Turns CRI mounts into the engine's. What the engine cannot do is refused by name. */
final class MountOptions {
  private MountOptions() {}

  /** A read-only or writable bind mount with private propagation. */
  static Mount bind(Path source, String target, boolean readOnly) {
    return new Mount()
        .withBindOptions(readOnly ? new TopOnly() : new BindOptions())
        .withType(MountType.BIND)
        .withSource(source.toString())
        .withTarget(target)
        .withReadOnly(readOnly);
  }

  /** Engines since 25 would make the mounts below a read-only one read-only too. */
  static final class TopOnly extends BindOptions {
    private static final long serialVersionUID = 1L;

    @JsonProperty("ReadOnlyNonRecursive")
    boolean isReadOnlyNonRecursive() {
      return true;
    }
  }

  /**
   * The engine's mount for a CRI mount. A host path that is missing is made a directory, as other
   * runtimes do.
   */
  static Mount of(io.keelson.runtime.v1.Mount mount) {
    Path source = realPath(mount);
    return propagated(bind(source, mount.getContainerPath(), mount.getReadonly()), mount);
  }

  /** The engine's mount with the propagation of a CRI mount. */
  static Mount propagated(Mount bind, io.keelson.runtime.v1.Mount mount) {
    return switch (mount.getPropagation()) {
      case PROPAGATION_PRIVATE -> bind;
      case PROPAGATION_HOST_TO_CONTAINER -> withPropagation(bind, BindPropagation.R_SLAVE);
      case PROPAGATION_BIDIRECTIONAL -> withPropagation(bind, BindPropagation.R_SHARED);
      case UNRECOGNIZED ->
          throw CriException.invalidArgument(
              "mount %s: propagation %d is not known"
                  .formatted(mount.getContainerPath(), mount.getPropagationValue()));
    };
  }

  /** The source of a mount, made a directory where it is missing. */
  static Path realPath(io.keelson.runtime.v1.Mount mount) {
    if (mount.getUidMappingsCount() + mount.getGidMappingsCount() > 0) {
      throw CriException.unimplemented(
          "mount %s: id-mapped mounts (uidMappings, gidMappings) cannot be had through the Docker"
                  .formatted(mount.getContainerPath())
              + " Engine, which has no user namespaces of pods' own");
    }
    Path source = Path.of(mount.getHostPath());
    try {
      if (!Files.exists(source, LinkOption.NOFOLLOW_LINKS)) {
        Files.createDirectories(source);
      }
      return source.toRealPath();
    } catch (IOException e) {
      throw CriException.failedPrecondition(
          "mount %s: host path %s cannot be used (%s %s)"
              .formatted(
                  mount.getContainerPath(), source, e.getClass().getSimpleName(), e.getMessage()));
    }
  }

  private static Mount withPropagation(Mount bind, BindPropagation propagation) {
    BindOptions options = Objects.requireNonNullElseGet(bind.getBindOptions(), BindOptions::new);
    return bind.withBindOptions(options.withPropagation(propagation));
  }
}
