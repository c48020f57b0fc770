package io.keelson.volumes;

import io.keelson.linux.FileTrees;
import io.keelson.linux.Mounts;
import io.keelson.linux.NativeMounts;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The volumes of pods, published by plugins. The directory tree is the record of what is published,
 * so that another process can take it away:
 *
 * <pre>
 *   pod directory/volumes/empty-dir/scratch     made before the volume is published
 *   pod directory/volume-subpaths/scratch/web/0 a pinned part, for container web
 * </pre>
 *
 * <p>Thread-safe for different pods.
 */
public final class PodVolumes {
  private static final Logger log = LoggerFactory.getLogger(PodVolumes.class);
  private static final Pattern NAME = Pattern.compile("[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?");

  private final Map<String, VolumePlugin<?>> byKind = new LinkedHashMap<>();
  private final SubPaths subPaths;

  /**
   * Creates volumes of the given kinds.
   *
   * @throws IllegalArgumentException when two plugins have the same kind
   */
  public PodVolumes(List<VolumePlugin<?>> plugins, SubPaths subPaths) {
    this.subPaths = subPaths;
    for (VolumePlugin<?> plugin : plugins) {
      if (byKind.put(plugin.kind(), plugin) != null) {
        throw new IllegalArgumentException("two volume plugins of kind " + plugin.kind());
      }
    }
  }

  /** The plugins of this module, on this machine. */
  public static PodVolumes standard() {
    return standard(new NativeMounts());
  }

  /** The plugins of this module, with a way of their own to mount. */
  public static PodVolumes standard(Mounts mounts) {
    return new PodVolumes(
        List.of(new EmptyDirPlugin(mounts), new HostPathPlugin(), new ConfigMapPlugin()),
        new SubPaths(mounts));
  }

  /**
   * Publishes one volume of a pod, or brings it up to date.
   *
   * @param podDirectory the pod's own directory
   * @param name the volume's name in the pod
   * @throws VolumeException when it cannot be published; the message names the volume
   */
  public HostPathPublication publish(
      Path podDirectory, String name, VolumeSource source, VolumeOwnership ownership) {
    for (VolumePlugin<?> plugin : byKind.values()) {
      if (plugin.sourceType().isInstance(source)) {
        return publish(plugin, podDirectory, name, source, ownership);
      }
    }
    throw new VolumeException(
        "volume '%s': no plugin for %s; there are %s"
            .formatted(name, source.getClass().getSimpleName(), byKind.keySet()),
        null);
  }

  private static <S extends VolumeSource> HostPathPublication publish(
      VolumePlugin<S> plugin,
      Path podDirectory,
      String name,
      VolumeSource source,
      VolumeOwnership ownership) {
    Path directory = podDirectory.resolve("volumes").resolve(plugin.kind()).resolve(name(name));
    try {
      Files.createDirectories(directory.resolve("..").normalize());
      return plugin.publish(plugin.sourceType().cast(source), directory, ownership);
    } catch (IOException | VolumeException e) {
      throw new VolumeException("volume '%s': %s".formatted(name, Failures.reason(e)), e);
    }
  }

  /**
   * Pins a part of a published volume for one mount of one container.
   *
   * @param index which of the container's mounts it is
   * @return the host path to mount
   */
  public Path pinSubPath(
      Path podDirectory,
      String volume,
      HostPathPublication publication,
      String container,
      int index,
      String subPath) {
    Path target = subPathDirectory(podDirectory, volume, container).resolve("" + index);
    return subPaths.pin(publication.path(), subPath, target);
  }

  private static Path subPathDirectory(Path podDirectory, String volume, String container) {
    return podDirectory.resolve("volume-subpaths").resolve(name(volume)).resolve(name(container));
  }

  /**
   * Takes away everything published below a pod's directory, whichever process published it.
   * Everything that can go goes, whatever fails.
   *
   * @throws VolumeException when something remains; the same call may succeed later
   */
  public void unpublishAll(Path podDirectory) {
    VolumeException failure = null;
    Path pinned = podDirectory.resolve("volume-subpaths");
    for (Path volume : entries(pinned)) {
      for (Path container : entries(volume)) {
        for (Path target : entries(container)) {
          failure = collect(failure, () -> subPaths.release(target));
        }
      }
    }
    if (failure == null) {
      failure = collect(failure, () -> delete(pinned));
    }
    Path volumes = podDirectory.resolve("volumes");
    for (Path kind : entries(volumes)) {
      VolumePlugin<?> plugin = byKind.get(kind.getFileName().toString());
      if (plugin == null) {
        log.warn("{} was left by a volume plugin that is not there now", kind);
        continue;
      }
      for (Path directory : entries(kind)) {
        failure = collect(failure, () -> plugin.unpublish(directory));
      }
      if (failure == null) {
        failure = collect(failure, () -> delete(kind));
      }
    }
    if (failure != null) {
      throw failure;
    }
  }

  private static void delete(Path directory) {
    try {
      FileTrees.delete(directory);
    } catch (IOException e) {
      throw new VolumeException("remove %s: %s".formatted(directory, Failures.reason(e)), e);
    }
  }

  private static @Nullable VolumeException collect(
      @Nullable VolumeException earlier, Runnable step) {
    try {
      step.run();
      return earlier;
    } catch (VolumeException e) {
      if (earlier == null) {
        return e;
      }
      earlier.addSuppressed(e);
      return earlier;
    }
  }

  private static List<Path> entries(Path directory) {
    if (!Files.isDirectory(directory)) {
      return List.of();
    }
    try (DirectoryStream<Path> stream = Files.newDirectoryStream(directory)) {
      List<Path> entries = new ArrayList<>();
      stream.forEach(entries::add);
      return entries;
    } catch (IOException e) {
      throw new VolumeException("list %s: %s".formatted(directory, Failures.reason(e)), e);
    }
  }

  private static String name(String name) {
    if (!NAME.matcher(name).matches()) {
      throw new VolumeException(
          "'%s' is not a name: up to 63 lower-case letters, digits and '-'".formatted(name), null);
    }
    return name;
  }
}
