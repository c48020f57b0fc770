package io.keelson.runtime.docker;

import com.github.dockerjava.api.model.Capability;
import com.github.dockerjava.api.model.Device;
import io.keelson.linux.Capabilities;
import io.keelson.runtime.spi.CriException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The capabilities and devices that containers can be given on this machine. Where the machine has
 * not got every capability itself, as inside another container, the engine asks for all of them
 * nonetheless and fails; there, {@code ALL} and {@code privileged} are spelled out as what there
 * is.
 */
final class Privileges {
  private static final Path KERNELS_LAST = Path.of("/proc/sys/kernel/cap_last_cap");
  private static final Path DEVICES = Path.of("/dev");

  /** Every runtime makes a container's own of these. */
  private static final Set<String> OWN_DEVICES =
      Set.of("pts", "shm", "mqueue", "fd", "console", "ptmx", "stdin", "stdout", "stderr", "core");

  /** Split off it later, and held by it still; engines of that time do not know their names. */
  private static final Set<Capability> PARTS_OF_SYS_ADMIN =
      EnumSet.of(Capability.PERFMON, Capability.BPF, Capability.CHECKPOINT_RESTORE);

  private static final int DEVICE_BITS = 0170000;
  private static final int CHARACTER_DEVICE = 0020000;
  private static final int BLOCK_DEVICE = 0060000;

  private final Set<Capability> grantable;
  private final boolean whole;

  /**
   * Creates the mapping.
   *
   * @param grantable what a container can be given
   * @param whole whether that is all the kernel has
   */
  Privileges(Set<Capability> grantable, boolean whole) {
    this.grantable = grantable;
    this.whole = whole;
  }

  /** Those of this machine, which are those this process could pass on. */
  static Privileges ofThisMachine() {
    Capabilities own = Capabilities.ofThisProcess();
    Set<Capability> grantable = EnumSet.noneOf(Capability.class);
    for (io.keelson.linux.Capability capability : io.keelson.linux.Capability.values()) {
      if (own.canGrant(capability)) {
        grantable.add(Capability.valueOf(capability.name()));
      }
    }
    // Read in one piece: such a file gives its first piece only, and the JDK begins with a byte.
    try (BufferedReader file = Files.newBufferedReader(KERNELS_LAST)) {
      int count = Integer.parseInt(file.readLine()) + 1;
      return new Privileges(grantable, Long.bitCount(own.bounding()) >= count);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + KERNELS_LAST, e);
    }
  }

  /**
   * The engine's words for capabilities to add. The engine gives what is both added and dropped by
   * its name, but not what is dropped from all of them.
   *
   * @param names those to add
   * @param dropped those to drop
   * @throws CriException {@code INVALID_ARGUMENT} for a name that is none, {@code
   *     FAILED_PRECONDITION} for what this machine has not got
   */
  Capability[] added(List<String> names, List<String> dropped) {
    Set<Capability> asked = named(names);
    if (asked.contains(Capability.ALL)) {
      return whole ? new Capability[] {Capability.ALL} : allBut(named(dropped));
    }
    for (Capability capability : asked) {
      if (!whole && !grantable.contains(capability)) {
        throw CriException.failedPrecondition(
            "capability %s is asked for, but this machine has not got it; leave it out, or give it"
                    .formatted(capability)
                + " to the container or service that runs Keelson and the Docker Engine");
      }
    }
    return asked.toArray(Capability[]::new);
  }

  /**
   * The engine's words for capabilities to drop.
   *
   * @throws CriException {@code INVALID_ARGUMENT} for a name that is none
   */
  static Capability[] dropped(List<String> names) {
    return named(names).toArray(Capability[]::new);
  }

  /** Gives every privilege there is. */
  void grantAll(EngineHostConfig host) {
    if (whole) {
      host.withPrivileged(true);
      return;
    }
    host.withCapAdd(allBut(Set.of()));
    host.withDeviceCgroupRules(List.of("a *:* rwm"));
    host.withDevices(devices());
  }

  private Capability[] allBut(Set<Capability> dropped) {
    Set<Capability> all = EnumSet.copyOf(grantable);
    all.removeAll(dropped);
    if (all.contains(Capability.SYS_ADMIN)) {
      all.removeAll(PARTS_OF_SYS_ADMIN);
    }
    return all.toArray(Capability[]::new);
  }

  private static Set<Capability> named(List<String> names) {
    return names.stream()
        .map(Privileges::named)
        .collect(Collectors.toCollection(() -> EnumSet.noneOf(Capability.class)));
  }

  private static Capability named(String name) {
    String plain = name.toUpperCase(Locale.ROOT);
    if (plain.startsWith("CAP_")) {
      plain = plain.substring("CAP_".length());
    }
    try {
      return Capability.valueOf(plain);
    } catch (IllegalArgumentException e) {
      throw CriException.invalidArgument("capability '" + name + "' is not known");
    }
  }

  private static List<Device> devices() {
    try (Stream<Path> files = Files.list(DEVICES)) {
      return files
          .filter(file -> !OWN_DEVICES.contains(file.getFileName().toString()))
          .filter(Privileges::isDeviceOrFolder)
          .sorted()
          .map(file -> new Device("rwm", file.toString(), file.toString()))
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot list " + DEVICES, e);
    }
  }

  private static boolean isDeviceOrFolder(Path file) {
    try {
      if (Files.isDirectory(file, LinkOption.NOFOLLOW_LINKS)) {
        return holdsDevices(file);
      }
      return isDevice(file);
    } catch (IOException e) {
      // Unplugged meanwhile.
      return false;
    }
  }

  /** The engine refuses a folder without any. */
  private static boolean holdsDevices(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.anyMatch(Privileges::isDeviceOrFolder);
    }
  }

  private static boolean isDevice(Path file) throws IOException {
    int type = (int) Files.getAttribute(file, "unix:mode", LinkOption.NOFOLLOW_LINKS) & DEVICE_BITS;
    return type == CHARACTER_DEVICE || type == BLOCK_DEVICE;
  }
}
