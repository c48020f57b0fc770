package io.keelson.runtime.docker;

import com.github.dockerjava.api.model.BindOptions;
import com.github.dockerjava.api.model.BindPropagation;
import com.github.dockerjava.api.model.Mount;
import com.github.dockerjava.api.model.MountType;
import io.keelson.runtime.spi.CriException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;

/** Turns CRI mounts into the engine's. What the engine cannot do is refused by name. */
final class MountOptions {
  private MountOptions() {}

  /** A read-only or writable bind mount with private propagation. */
  static Mount bind(Path source, String target, boolean readOnly) {
    return new Mount()
        .withType(MountType.BIND)
        .withSource(source.toString())
        .withTarget(target)
        .withReadOnly(readOnly);
  }

  /**
   * The engine's mount for a CRI mount. A host path that is missing is made a directory, as other
   * runtimes do.
   */
  static Mount of(io.keelson.runtime.v1.Mount mount) {
    refuse(mount.hasImage(), mount, "image volumes");
    refuse(mount.getRecursiveReadOnly(), mount, "recursive_read_only");
    refuse(mount.getMountOptionsCount() > 0, mount, "mount_options");
    refuse(
        mount.getUidMappingsCount() + mount.getGidMappingsCount() > 0,
        mount,
        "id-mapped mounts (uidMappings, gidMappings)");
    Path source = realPath(mount);
    Mount bind = bind(source, mount.getContainerPath(), mount.getReadonly());
    return switch (mount.getPropagation()) {
      case PROPAGATION_PRIVATE -> bind;
      case PROPAGATION_HOST_TO_CONTAINER ->
          bind.withBindOptions(new BindOptions().withPropagation(BindPropagation.R_SLAVE));
      case PROPAGATION_BIDIRECTIONAL ->
          bind.withBindOptions(new BindOptions().withPropagation(BindPropagation.R_SHARED));
      case UNRECOGNIZED ->
          throw CriException.invalidArgument(
              "mount %s: propagation %d is not known"
                  .formatted(mount.getContainerPath(), mount.getPropagationValue()));
    };
  }

  private static Path realPath(io.keelson.runtime.v1.Mount mount) {
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

  private static void refuse(boolean asked, io.keelson.runtime.v1.Mount mount, String feature) {
    if (asked) {
      throw CriException.unimplemented(
          "mount %s: %s cannot be had through the Docker Engine yet"
              .formatted(mount.getContainerPath(), feature));
    }
  }
}
