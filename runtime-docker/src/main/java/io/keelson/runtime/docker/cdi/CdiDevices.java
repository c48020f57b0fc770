package io.keelson.runtime.docker.cdi;

import io.keelson.runtime.spi.CriException;
import io.keelson.runtime.v1.ContainerConfig;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * The devices that CDI specs on this machine describe (Container Device Interface 1.1). The specs
 * are read anew for each container that asks for a device, and not at all for the others.
 * Thread-safe.
 */
public final class CdiDevices {
  /** Where specs are by convention: what the administrator has installed, and what drivers made. */
  public static final List<Path> DEFAULT_DIRECTORIES =
      List.of(Path.of("/etc/cdi"), Path.of("/var/run/cdi"));

  /** Annotations whose keys begin so hold names of devices, with commas between them. */
  private static final String ANNOTATION = "cdi.k8s.io/";

  private static final Pattern QUALIFIED =
      Pattern.compile("[a-zA-Z][a-zA-Z0-9_.-]*/[a-zA-Z][a-zA-Z0-9_-]*=[a-zA-Z0-9_.:-]+");

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
   * their names. They are named by its field for them and by its annotations {@code cdi.k8s.io/*}.
   *
   * @throws CriException {@code FAILED_PRECONDITION} for a device that no spec describes, or that
   *     the machine has not got as described; {@code UNIMPLEMENTED} naming what the engine cannot
   *     do; {@code INVALID_ARGUMENT} for an annotation that names no device
   */
  public ContainerConfig resolve(ContainerConfig config) {
    Set<String> names = names(config);
    if (names.isEmpty()) {
      return config;
    }
    CdiSpecs specs = CdiSpecs.in(directories);
    ContainerConfig.Builder container = config.toBuilder().clearCDIDevices();
    Set<CdiSpec> used = new HashSet<>();
    for (String name : names) {
      CdiSpec spec = specs.describing(name);
      if (used.add(spec)) {
        new CdiEdits(name, spec.file(), container).make(spec.edits());
      }
      new CdiEdits(name, spec.file(), container).make(spec.device(name));
    }
    return container.build();
  }

  /** What the field names, then what annotations name, each once. */
  private static Set<String> names(ContainerConfig config) {
    Set<String> names = new LinkedHashSet<>();
    config.getCDIDevicesList().forEach(device -> names.add(device.getName()));
    new TreeMap<>(config.getAnnotationsMap())
        .forEach((key, value) -> {
          if (key.startsWith(ANNOTATION)) {
            for (String name : value.split(",", -1)) {
              if (!QUALIFIED.matcher(name).matches()) {
                throw CriException.invalidArgument(
                    "annotation '%s' names the device '%s', which is not a name like vendor.com/class=name"
                        .formatted(key, name));
              }
              names.add(name);
            }
          }
        });
    return names;
  }
}
