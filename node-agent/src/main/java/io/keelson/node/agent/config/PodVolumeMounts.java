package io.keelson.node.agent.config;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapVolumeSource;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.EmptyDirVolumeSource;
import io.fabric8.kubernetes.api.model.KeyToPath;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodSecurityContext;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeMount;
import io.keelson.runtime.v1.Mount;
import io.keelson.runtime.v1.MountPropagation;
import io.keelson.volumes.ConfigMapFiles;
import io.keelson.volumes.EmptyDir;
import io.keelson.volumes.HostPath;
import io.keelson.volumes.HostPathPublication;
import io.keelson.volumes.PodVolumes;
import io.keelson.volumes.VolumeException;
import io.keelson.volumes.VolumeOwnership;
import io.keelson.volumes.VolumeSource;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Publishes a pod's volumes and mounts them into its containers. */
public final class PodVolumeMounts {
  private static final int DEFAULT_MODE = 0644;

  private final PodVolumes volumes;

  /** Creates mounts over published volumes. */
  public PodVolumeMounts(PodVolumes volumes) {
    this.volumes = volumes;
  }

  /**
   * Publishes every volume of a pod, or brings it up to date.
   *
   * @param configMaps by namespace and name
   * @return where each appears, by its name in the pod
   * @throws ConfigException when one cannot be published
   */
  public Map<String, HostPathPublication> publish(
      Pod pod, Path podDirectory, Map<String, ConfigMap> configMaps) {
    PodSecurityContext security = pod.getSpec().getSecurityContext();
    VolumeOwnership ownership =
        security == null || security.getFsGroup() == null
            ? VolumeOwnership.UNCHANGED
            : VolumeOwnership.ofGroup(security.getFsGroup());
    Map<String, HostPathPublication> published = new HashMap<>();
    for (Volume volume : pod.getSpec().getVolumes()) {
      try {
        VolumeSource source = source(pod, volume, configMaps);
        published.put(
            volume.getName(), volumes.publish(podDirectory, volume.getName(), source, ownership));
      } catch (VolumeException | IllegalArgumentException e) {
        throw new ConfigException(
            e instanceof VolumeException
                ? String.valueOf(e.getMessage())
                : "volume '%s': %s".formatted(volume.getName(), e.getMessage()),
            e);
      }
    }
    return published;
  }

  private static VolumeSource source(Pod pod, Volume volume, Map<String, ConfigMap> configMaps) {
    if (volume.getEmptyDir() != null) {
      return emptyDir(volume.getEmptyDir());
    }
    if (volume.getHostPath() != null) {
      String type = Objects.requireNonNullElse(volume.getHostPath().getType(), "");
      return new HostPath(
          Path.of(volume.getHostPath().getPath()),
          Arrays.stream(HostPath.Type.values())
              .filter(known -> known.word().equals(type))
              .findFirst()
              .orElseThrow());
    }
    ConfigMapVolumeSource wanted = volume.getConfigMap();
    return configMap(
        wanted, configMaps.get(pod.getMetadata().getNamespace() + "/" + wanted.getName()));
  }

  private static EmptyDir emptyDir(EmptyDirVolumeSource wanted) {
    boolean memory = "Memory".equals(wanted.getMedium());
    return new EmptyDir(
        memory ? EmptyDir.Medium.MEMORY : EmptyDir.Medium.DISK,
        wanted.getSizeLimit() == null ? 0 : wanted.getSizeLimit().getNumericalAmount().longValue());
  }

  private static ConfigMapFiles configMap(
      ConfigMapVolumeSource wanted, @Nullable ConfigMap present) {
    boolean optional = Boolean.TRUE.equals(wanted.getOptional());
    if (present == null && !optional) {
      throw new IllegalArgumentException(
          "there is no ConfigMap '%s'; give its manifest beside the pod's"
              .formatted(wanted.getName()));
    }
    Map<String, byte[]> data = new TreeMap<>();
    if (present != null && present.getData() != null) {
      present
          .getData()
          .forEach((key, text) -> data.put(key, text.getBytes(StandardCharsets.UTF_8)));
    }
    if (present != null && present.getBinaryData() != null) {
      present
          .getBinaryData()
          .forEach((key, text) -> data.put(key, Base64.getDecoder().decode(text)));
    }
    int mode = Objects.requireNonNullElse(wanted.getDefaultMode(), DEFAULT_MODE);
    Map<String, ConfigMapFiles.File> files = new HashMap<>();
    if (wanted.getItems().isEmpty()) {
      data.forEach((key, content) -> files.put(key, new ConfigMapFiles.File(content, mode)));
    }
    for (KeyToPath item : wanted.getItems()) {
      byte[] content = data.get(item.getKey());
      if (content != null) {
        files.put(
            item.getPath(),
            new ConfigMapFiles.File(content, Objects.requireNonNullElse(item.getMode(), mode)));
      } else if (!optional) {
        throw new IllegalArgumentException(
            "ConfigMap '%s' has no key '%s'".formatted(wanted.getName(), item.getKey()));
      }
    }
    return new ConfigMapFiles(files);
  }

  /**
   * The mounts of one container.
   *
   * @param published what {@link #publish} returned
   * @param environment the container's variables, for {@code subPathExpr}
   * @throws ConfigException when a part of a volume cannot be mounted
   */
  List<Mount> mounts(
      Container container,
      Path podDirectory,
      Map<String, HostPathPublication> published,
      Map<String, String> environment) {
    List<Mount> mounts = new ArrayList<>();
    int index = 0;
    for (VolumeMount wanted : container.getVolumeMounts()) {
      HostPathPublication publication =
          Objects.requireNonNull(published.get(wanted.getName()), "validated with the manifest");
      String subPath = subPath(wanted, environment);
      try {
        Path host =
            subPath.isEmpty()
                ? publication.path()
                : volumes.pinSubPath(
                    podDirectory,
                    wanted.getName(),
                    publication,
                    container.getName(),
                    index,
                    subPath);
        mounts.add(
            Mount.newBuilder()
                .setContainerPath(wanted.getMountPath())
                .setHostPath(host.toString())
                .setReadonly(publication.readOnly() || Boolean.TRUE.equals(wanted.getReadOnly()))
                .setPropagation(propagation(wanted.getMountPropagation()))
                .build());
      } catch (VolumeException e) {
        throw new ConfigException("volume '%s': %s".formatted(wanted.getName(), e.getMessage()), e);
      }
      index++;
    }
    return mounts;
  }

  private static String subPath(VolumeMount mount, Map<String, String> environment) {
    if (mount.getSubPathExpr() == null || mount.getSubPathExpr().isEmpty()) {
      return Objects.requireNonNullElse(mount.getSubPath(), "");
    }
    String expanded = VariableExpansion.expand(mount.getSubPathExpr(), environment);
    if (expanded.contains("$(")) {
      throw new ConfigException(
          "subPathExpr '%s' names a variable the container does not have"
              .formatted(mount.getSubPathExpr()));
    }
    return expanded;
  }

  private static MountPropagation propagation(@Nullable String mode) {
    return switch (mode) {
      case "HostToContainer" -> MountPropagation.PROPAGATION_HOST_TO_CONTAINER;
      case "Bidirectional" -> MountPropagation.PROPAGATION_BIDIRECTIONAL;
      case null, default -> MountPropagation.PROPAGATION_PRIVATE;
    };
  }
}
