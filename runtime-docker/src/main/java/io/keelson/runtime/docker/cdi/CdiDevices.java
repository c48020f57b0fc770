package io.keelson.runtime.docker.cdi;

import io.keelson.runtime.spi.CriException;
import io.keelson.runtime.v1.CDIDevice;
import io.keelson.runtime.v1.ContainerConfig;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The devices that CDI specs on this machine describe (Container Device Interface 1.1). The specs
 * are read anew for each container that asks for a device, and not at all for the others.
 * Thread-safe.
 */
public final class CdiDevices {
  /** Where specs are by convention: what the administrator has installed, and what drivers made. */
  public static final List<Path> DEFAULT_DIRECTORIES =
      List.of(Path.of("/etc/cdi"), Path.of("/var/run/cdi"));

  private final List<Path> directories;

  /**
   * The devices of some directories.
   *
   * @param directories later ones come before earlier ones where both describe a device; they need
   *     not exist
   */
  public CdiDevices(List<Path> directories) {
    this.directories = List.copyOf(directories);
  }

  /**
   * A container's configuration with everything that its CDI devices come down to, in place of
   * their names.
   *
   * @throws CriException {@code FAILED_PRECONDITION} for a device that no spec describes, or that
   *     the machine has not got as described; {@code UNIMPLEMENTED} naming what the engine cannot
   *     do
   */
  public ContainerConfig resolve(ContainerConfig config) {
    if (config.getCDIDevicesCount() == 0) {
      return config;
    }
    CdiSpecs specs = CdiSpecs.in(directories);
    ContainerConfig.Builder container = config.toBuilder().clearCDIDevices();
    Set<CdiSpec> used = new HashSet<>();
    Set<String> done = new HashSet<>();
    for (CDIDevice device : config.getCDIDevicesList()) {
      String name = device.getName();
      if (done.add(name)) {
        CdiSpec spec = specs.describing(name);
        if (used.add(spec)) {
          new CdiEdits(name, spec.file(), container).make(spec.edits());
        }
        new CdiEdits(name, spec.file(), container).make(spec.device(name));
      }
    }
    return container.build();
  }
}
