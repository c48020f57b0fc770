package io.keelson.runtime.docker.mount;

import com.github.dockerjava.api.model.ImageOptions;
import com.github.dockerjava.api.model.MountType;
import io.keelson.linux.MountFlag;
import io.keelson.linux.Mounts;
import io.keelson.runtime.spi.CriException;
import io.keelson.runtime.v1.Mount;
import io.keelson.runtime.v1.MountPropagation;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Turns CRI mounts into the engine's. Images, mount options and recursive read-only mounts, which
 * older engines know nothing of, are mounted at a place of ours first, and the engine is told to
 * mount that. Thread-safe for different containers.
 */
public final class ContainerMounts {
  private final MountStaging staging;
  private final ImageLayers images;

  /**
   * Creates the mapping.
   *
   * @param mounts makes them
   * @param images tells where images' files are
   * @param directory the place, gone at boot
   */
  public ContainerMounts(Mounts mounts, ImageLayers images, Path directory) {
    this.staging = new MountStaging(mounts, directory);
    this.images = images;
  }

  /** A read-only or writable bind mount with private propagation. */
  public static com.github.dockerjava.api.model.Mount bind(
      Path source, String target, boolean readOnly) {
    return MountOptions.bind(source, target, readOnly);
  }

  /**
   * The engine's mounts for a container's. What {@link #clear} takes away must stay until it has
   * started.
   *
   * @param token the container's
   * @param mounts those of images with the image's id as {@code image_ref}
   * @throws CriException {@code UNIMPLEMENTED} or {@code INVALID_ARGUMENT} for what cannot be had
   */
  public List<com.github.dockerjava.api.model.Mount> prepare(String token, List<Mount> mounts)
      throws InterruptedException {
    List<com.github.dockerjava.api.model.Mount> prepared = new ArrayList<>(mounts.size());
    for (Mount mount : mounts) {
      String name = String.valueOf(prepared.size());
      if (mount.hasImage()) {
        prepared.add(forReason("ImageVolumeMountFailed", () -> ofImage(token, name, mount)));
      } else if (mount.getRecursiveReadOnly()) {
        prepared.add(forReason("RROUnsupported", () -> withFlags(token, name, mount)));
      } else if (mount.getMountOptionsCount() > 0) {
        prepared.add(withFlags(token, name, mount));
      } else {
        prepared.add(MountOptions.of(mount));
      }
    }
    return prepared;
  }

  @FunctionalInterface
  private interface Preparation {
    com.github.dockerjava.api.model.Mount run() throws InterruptedException;
  }

  /** Node agents know the reason, the first word of the failure. */
  private static com.github.dockerjava.api.model.Mount forReason(
      String reason, Preparation preparation) throws InterruptedException {
    try {
      return preparation.run();
    } catch (CriException e) {
      throw new CriException(e.code(), reason + ": " + e.getMessage(), e);
    }
  }

  private com.github.dockerjava.api.model.Mount ofImage(String token, String name, Mount mount)
      throws InterruptedException {
    if (!mount.getReadonly()) {
      throw CriException.invalidArgument(
          "mount %s: an image can only be mounted with readonly set"
              .formatted(mount.getContainerPath()));
    }
    if (mount.getMountOptionsCount() > 0) {
      throw CriException.invalidArgument(
          "mount %s: an image is mounted with ro, nosuid and nodev, and takes no mount_options"
              .formatted(mount.getContainerPath()));
    }
    String image = mount.getImage().getImageRef();
    List<Path> layers = images.of(image);
    if (layers.isEmpty()) {
      return new com.github.dockerjava.api.model.Mount()
          .withType(MountType.IMAGE)
          .withSource(image)
          .withTarget(mount.getContainerPath())
          .withReadOnly(true)
          .withImageOptions(new ImageOptions().withSubpath(mount.getImageSubPath()));
    }
    Path root = staging.layers(token, name, layers);
    return bind(below(root, mount), mount.getContainerPath(), false);
  }

  /** A part of an image; links in it lead nowhere else. */
  private static Path below(Path root, Mount mount) {
    try {
      Path part = root.resolve(mount.getImageSubPath()).toRealPath();
      if (part.startsWith(root.toRealPath())) {
        return part;
      }
    } catch (IOException e) {
      throw CriException.invalidArgument(
          "mount %s: image %s has no '%s' (%s)"
              .formatted(
                  mount.getContainerPath(),
                  mount.getImage().getImage(),
                  mount.getImageSubPath(),
                  e.getClass().getSimpleName()));
    }
    throw CriException.invalidArgument(
        "mount %s: '%s' leads out of image %s"
            .formatted(
                mount.getContainerPath(), mount.getImageSubPath(), mount.getImage().getImage()));
  }

  private com.github.dockerjava.api.model.Mount withFlags(String token, String name, Mount mount) {
    boolean follows = mount.getPropagation() == MountPropagation.PROPAGATION_HOST_TO_CONTAINER;
    if (!follows && mount.getPropagation() != MountPropagation.PROPAGATION_PRIVATE) {
      throw CriException.unimplemented(
          "mount %s: mount_options cannot be had together with PROPAGATION_BIDIRECTIONAL"
              .formatted(mount.getContainerPath()));
    }
    Set<MountFlag> flags = flags(mount);
    Path staged =
        staging.copy(
            token,
            name,
            MountOptions.realPath(mount),
            flags,
            mount.getRecursiveReadOnly(),
            follows);
    // The copy is read-only already, and being told so again the engine would drop other flags.
    com.github.dockerjava.api.model.Mount bind = bind(staged, mount.getContainerPath(), false);
    return MountOptions.propagated(bind, mount);
  }

  private static Set<MountFlag> flags(Mount mount) {
    Set<MountFlag> flags = EnumSet.noneOf(MountFlag.class);
    if (mount.getReadonly()) {
      flags.add(MountFlag.READ_ONLY);
    }
    for (String option : mount.getMountOptionsList()) {
      flags.add(
          MountFlag.ofOption(option)
              .orElseThrow(() ->
                  CriException.invalidArgument(
                      "mount %s: mount_options '%s' is not one of %s"
                          .formatted(
                              mount.getContainerPath(),
                              option,
                              Arrays.stream(MountFlag.values())
                                  .map(MountFlag::option)
                                  .collect(Collectors.joining(", "))))));
    }
    return flags;
  }

  /** Takes away what was prepared for a container, which has started or never will. */
  public void clear(String token) {
    staging.clear(token);
  }
}
