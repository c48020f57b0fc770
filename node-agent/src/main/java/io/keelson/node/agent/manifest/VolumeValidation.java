package io.keelson.node.agent.manifest;

import io.fabric8.kubernetes.api.model.ConfigMapVolumeSource;
import io.fabric8.kubernetes.api.model.EmptyDirVolumeSource;
import io.fabric8.kubernetes.api.model.KeyToPath;
import io.fabric8.kubernetes.api.model.Volume;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/** What a volume of a Pod must look like. */
final class VolumeValidation {
  private final Problems problems;

  VolumeValidation(Problems problems) {
    this.problems = problems;
  }

  void check(String path, Volume volume) {
    problems.dnsLabel(path + ".name", volume.getName());
    long kinds =
        Stream.of(volume.getEmptyDir(), volume.getHostPath(), volume.getConfigMap())
            .filter(Objects::nonNull)
            .count();
    if (kinds != 1) {
      problems.add(path, "must have one of emptyDir, hostPath and configMap");
    }
    if (volume.getEmptyDir() != null) {
      checkEmptyDir(path + ".emptyDir", volume.getEmptyDir());
    }
    if (volume.getHostPath() != null
        && problems.present(path + ".hostPath.path", volume.getHostPath().getPath())) {
      problems.absolutePath(path + ".hostPath.path", volume.getHostPath().getPath());
      problems.oneOf(
          path + ".hostPath.type",
          volume.getHostPath().getType(),
          "",
          "DirectoryOrCreate",
          "Directory",
          "FileOrCreate",
          "File",
          "Socket",
          "CharDevice",
          "BlockDevice");
    }
    if (volume.getConfigMap() != null) {
      checkConfigMap(path + ".configMap", volume.getConfigMap());
    }
  }

  private void checkEmptyDir(String path, EmptyDirVolumeSource source) {
    problems.oneOf(path + ".medium", source.getMedium(), "", "Memory");
    if (source.getSizeLimit() != null && !"Memory".equals(source.getMedium())) {
      problems.add(
          path + ".sizeLimit",
          "is enforced for the medium Memory only; remove it or set medium: Memory");
    }
  }

  private void checkConfigMap(String path, ConfigMapVolumeSource source) {
    problems.dnsSubdomain(path + ".name", source.getName());
    problems.within(path + ".defaultMode", source.getDefaultMode(), 0, 0777);
    int index = 0;
    for (KeyToPath item : source.getItems()) {
      String itemPath = path + ".items[" + index++ + "]";
      problems.present(itemPath + ".key", item.getKey());
      problems.within(itemPath + ".mode", item.getMode(), 0, 0777);
      if (problems.present(itemPath + ".path", item.getPath())) {
        String file = item.getPath();
        if (file.startsWith("/")
            || file.startsWith("..")
            || List.of(file.split("/")).contains("..")) {
          problems.add(
              itemPath + ".path", "'%s' must be relative and have no '..' part".formatted(file));
        }
      }
    }
  }
}
