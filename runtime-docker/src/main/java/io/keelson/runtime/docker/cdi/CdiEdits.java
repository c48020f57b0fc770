package io.keelson.runtime.docker.cdi;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.protobuf.ByteString;
import io.keelson.linux.MountFlag;
import io.keelson.runtime.spi.CriException;
import io.keelson.runtime.v1.ContainerConfig;
import io.keelson.runtime.v1.Device;
import io.keelson.runtime.v1.KeyValue;
import io.keelson.runtime.v1.Mount;
import io.keelson.runtime.v1.MountPropagation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * Makes the changes to a container that {@code containerEdits} of a spec ask for. What it had at
 * the same place before gives way.
 */
final class CdiEdits {
  private final String device;
  private final Path spec;
  private final ContainerConfig.Builder container;

  /**
   * Begins with a container.
   *
   * @param device the full name of the device it asks for
   * @param spec the file that describes the device
   */
  CdiEdits(String device, Path spec, ContainerConfig.Builder container) {
    this.device = device;
    this.spec = spec;
    this.container = container;
  }

  /**
   * Makes the changes.
   *
   * @throws CriException {@code UNIMPLEMENTED} for one the engine cannot make
   */
  void make(JsonNode edits) {
    for (Map.Entry<String, JsonNode> edit : edits.properties()) {
      for (JsonNode one : edit.getValue()) {
        switch (edit.getKey()) {
          case "env" -> environment(one.asText());
          case "deviceNodes" -> deviceNode(one);
          case "mounts" -> mount(one);
          case "additionalGids" -> group(one.asLong());
          default -> throw impossible(edit.getKey());
        }
      }
    }
  }

  private void environment(String variable) {
    int equals = variable.indexOf('=');
    if (equals <= 0) {
      throw unusable("env '" + variable + "' is not NAME=value");
    }
    String name = variable.substring(0, equals);
    List<KeyValue> others =
        container.getEnvsList().stream().filter(env -> !env.getKey().equals(name)).toList();
    container
        .clearEnvs()
        .addAllEnvs(others)
        .addEnvs(
            KeyValue.newBuilder()
                .setKey(name)
                .setValue(ByteString.copyFromUtf8(variable.substring(equals + 1))));
  }

  private void deviceNode(JsonNode node) {
    String path = node.path("path").asText();
    if (!path.startsWith("/")) {
      throw unusable("deviceNodes path '" + path + "' is not absolute");
    }
    HostDevice host = hostDevice(Path.of(node.path("hostPath").asText(path)));
    String difference = host.differenceOf(node);
    if (!difference.isEmpty()) {
      throw impossible("deviceNodes " + path + " with " + difference);
    }
    List<Device> others =
        container.getDevicesList().stream()
            .filter(other -> !other.getContainerPath().equals(path))
            .toList();
    container
        .clearDevices()
        .addAllDevices(others)
        .addDevices(
            Device.newBuilder()
                .setContainerPath(path)
                .setHostPath(host.file().toString())
                .setPermissions(node.path("permissions").asText("rwm")));
  }

  private HostDevice hostDevice(Path file) {
    try {
      HostDevice found = HostDevice.at(file);
      if (found.isDevice()) {
        return found;
      }
    } catch (IOException e) {
      throw unusable("this machine has no " + file);
    }
    throw unusable(file + " is no device");
  }

  private void mount(JsonNode node) {
    String source = node.path("hostPath").asText();
    String target = node.path("containerPath").asText();
    if (!source.startsWith("/") || !target.startsWith("/")) {
      throw unusable("a mount from '%s' to '%s' is not absolute".formatted(source, target));
    }
    String type = node.path("type").asText();
    if (!List.of("", "none", "bind").contains(type)) {
      throw impossible("mounts of type " + type);
    }
    if (!Files.exists(Path.of(source))) {
      throw unusable("this machine has no " + source + ", which is to be mounted");
    }
    Mount.Builder mount = Mount.newBuilder().setHostPath(source).setContainerPath(target);
    for (JsonNode option : node.path("options")) {
      apply(option.asText(), mount);
    }
    List<Mount> others =
        container.getMountsList().stream()
            .filter(other -> !other.getContainerPath().equals(target))
            .toList();
    container.clearMounts().addAllMounts(others).addMounts(mount);
  }

  private void apply(String option, Mount.Builder mount) {
    switch (option) {
      case "bind", "rbind", "rw", "private", "rprivate" -> {}
      case "ro" -> mount.setReadonly(true);
      case "slave", "rslave" ->
          mount.setPropagation(MountPropagation.PROPAGATION_HOST_TO_CONTAINER);
      case "shared", "rshared" -> mount.setPropagation(MountPropagation.PROPAGATION_BIDIRECTIONAL);
      default -> {
        if (MountFlag.ofOption(option).isEmpty()) {
          throw impossible("mounts with option " + option);
        }
        mount.addMountOptions(option);
      }
    }
  }

  private void group(long gid) {
    if (gid < 0) {
      throw unusable("additionalGids " + gid + " is not the number of a group");
    }
    // The specification says so: zero is what some drivers write for none.
    if (gid > 0) {
      container.getLinuxBuilder().getSecurityContextBuilder().addSupplementalGroups(gid);
    }
  }

  private CriException unusable(String why) {
    return CriException.failedPrecondition(
        "CDI device '%s' cannot be given as spec %s describes it: %s".formatted(device, spec, why));
  }

  private CriException impossible(String what) {
    return CriException.unimplemented(
        "CDI device '%s' needs %s (spec %s), which cannot be had through the Docker Engine"
            .formatted(device, what, spec));
  }
}
