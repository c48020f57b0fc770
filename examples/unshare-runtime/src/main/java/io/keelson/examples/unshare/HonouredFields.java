package io.keelson.examples.unshare;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import io.keelson.runtime.spi.CriException;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Refuses by its name whatever a request asks for that this runtime does not do. A runtime that
 * takes a setting and does nothing lets its users believe in limits and rights that are not there.
 */
final class HonouredFields {
  private static final Set<String> POD =
      Set.of(
          "PodSandboxConfig.metadata",
          "PodSandboxConfig.hostname",
          "PodSandboxConfig.log_directory",
          "PodSandboxConfig.dns_config",
          "PodSandboxConfig.port_mappings",
          "PodSandboxConfig.labels",
          "PodSandboxConfig.annotations",
          "PodSandboxConfig.linux",
          "LinuxPodSandboxConfig.security_context",
          "LinuxSandboxSecurityContext.namespace_options",
          "LinuxSandboxSecurityContext.privileged",
          "NamespaceOption.network",
          "NamespaceOption.pid",
          "NamespaceOption.ipc");
  private static final Set<String> CONTAINER =
      Set.of(
          "ContainerConfig.metadata",
          "ContainerConfig.image",
          "ContainerConfig.command",
          "ContainerConfig.args",
          "ContainerConfig.working_dir",
          "ContainerConfig.envs",
          "ContainerConfig.mounts",
          "ContainerConfig.labels",
          "ContainerConfig.annotations",
          "ContainerConfig.log_path",
          "ContainerConfig.stdin",
          "ContainerConfig.tty",
          "ContainerConfig.linux",
          "ContainerConfig.stop_signal",
          "LinuxContainerConfig.security_context",
          "LinuxContainerSecurityContext.namespace_options",
          "LinuxContainerSecurityContext.privileged",
          "LinuxContainerSecurityContext.run_as_user",
          "LinuxContainerSecurityContext.run_as_group",
          "NamespaceOption.network",
          "NamespaceOption.pid",
          "NamespaceOption.ipc",
          "Mount.container_path",
          "Mount.host_path",
          "Mount.readonly",
          "Mount.propagation");

  /** Messages that have no meaning of their own, or that are looked at as a whole. */
  private static final Set<String> WHOLE =
      Set.of(
          "PodSandboxMetadata",
          "ContainerMetadata",
          "ImageSpec",
          "DNSConfig",
          "PortMapping",
          "KeyValue",
          "Int64Value");

  private HonouredFields() {}

  /** Throws {@code UNIMPLEMENTED} when the config of a pod has something that is not done. */
  static void checkPod(Message config) {
    check(config, POD);
  }

  /** Throws {@code UNIMPLEMENTED} when the config of a container has something that is not done. */
  static void checkContainer(Message config) {
    check(config, CONTAINER);
  }

  private static void check(Message message, Set<String> honoured) {
    String type = message.getDescriptorForType().getName();
    for (Map.Entry<FieldDescriptor, Object> set : message.getAllFields().entrySet()) {
      String name = type + "." + set.getKey().getName();
      if (!honoured.contains(name)) {
        throw CriException.unimplemented(
            "%s is set, and this runtime does nothing about it; leave it out".formatted(name));
      }
      if (set.getKey().isMapField()) {
        continue;
      }
      List<?> values = set.getValue() instanceof List<?> all ? all : List.of(set.getValue());
      for (Object value : values) {
        if (value instanceof Message part
            && !WHOLE.contains(part.getDescriptorForType().getName())
)) {
          check(part, honoured);
        }
      }
    }
  }
}
