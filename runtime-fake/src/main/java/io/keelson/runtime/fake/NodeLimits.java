package io.keelson.runtime.fake;

import io.keelson.runtime.spi.CriException;
import io.keelson.runtime.v1.ContainerConfig;
import io.keelson.runtime.v1.Device;
import io.keelson.runtime.v1.LinuxPodSandboxConfig;
import io.keelson.runtime.v1.Mount;
import io.keelson.runtime.v1.NamespaceMode;
import io.keelson.runtime.v1.PodSandboxConfig;
import io.keelson.runtime.v1.SecurityProfile;
import io.keelson.runtime.v1.SecurityProfile.ProfileType;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;

/** What a fake node does not have, and so refuses instead of ignoring it. */
final class NodeLimits {
  private static final Pattern SYSCTL_OF_A_NAMESPACE =
      Pattern.compile("kernel[./](shm\\w+|msg\\w+|sem)|fs[./]mqueue[./].+|net[./].+");

  private NodeLimits() {}

  /** Checks a pod. */
  static void check(PodSandboxConfig config) {
    LinuxPodSandboxConfig linux = config.getLinux();
    for (String name : linux.getSysctlsMap().keySet()) {
      require(
          SYSCTL_OF_A_NAMESPACE.matcher(name).matches(),
          "sysctl '%s' belongs to the whole node, a pod cannot have its own",
          name);
    }
    require(
        !linux.getSecurityContext().getNamespaceOptions().hasUsernsOptions()
            || linux.getSecurityContext().getNamespaceOptions().getUsernsOptions().getMode()
                == NamespaceMode.NODE,
        "user namespaces are not to be had from handler '%s'",
        FakeBackend.NAME);
  }

  /** Checks a container. */
  static void check(ContainerConfig config) {
    config.getMountsList().forEach(NodeLimits::check);
    for (Device device : config.getDevicesList()) {
      require(
          Files.exists(Path.of(device.getHostPath())),
          "device %s is not on this node",
          device.getHostPath());
    }
    require(
        config.getCDIDevicesCount() == 0,
        "this node has no CDI device '%s', nor any other",
        config.getCDIDevicesCount() == 0 ? "" : config.getCDIDevices(0).getName());
    SecurityProfile seccomp = config.getLinux().getSecurityContext().getSeccomp();
    require(
        seccomp.getProfileType() != ProfileType.Localhost
            || Files.isRegularFile(Path.of(seccomp.getLocalhostRef())),
        "seccomp profile %s is not on this node",
        seccomp.getLocalhostRef());
  }

  private static void check(Mount mount) {
    require(
        !mount.getRecursiveReadOnly(),
        "mount of %s: handler '" + FakeBackend.NAME + "' has no recursive read-only mounts",
        mount.getHostPath());
    require(
        mount.getMountOptionsCount() == 0,
        "mount of %s: mount_options are not to be had from this runtime",
        mount.getHostPath());
    require(
        mount.getUidMappingsCount() == 0 && mount.getGidMappingsCount() == 0,
        "mount of %s: there are no idmapped mounts",
        mount.getHostPath());
    require(
        mount.hasImage() || Files.exists(Path.of(mount.getHostPath())),
        "mount of %s: it is not on this node",
        mount.getHostPath());
  }

  private static void require(boolean possible, String message, String what) {
    if (!possible) {
      throw CriException.invalidArgument(message.formatted(what));
    }
  }
}
