package io.keelson.linux.cgroup;

import io.keelson.linux.cgroup.LegacyCgroup.Controller;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * The control groups of a machine, whichever version it mounts. With version 2 there is one tree;
 * with version 1 each controller has one, and a path names a group in all of them. Thread-safe.
 */
public final class Cgroups {
  /** Where Linux systems mount them. */
  public static final Path DEFAULT_MOUNT = Path.of("/sys/fs/cgroup");

  private static final String SLICE = ".slice";

  private final Path mount;
  private final boolean unified;
  private final Map<Controller, Path> controllers;

  private Cgroups(Path mount, boolean unified, Map<Controller, Path> controllers) {
    this.mount = mount;
    this.unified = unified;
    this.controllers = controllers;
  }

  /**
   * The groups mounted at a directory. A directory without any is a machine without groups, on
   * which none is found.
   *
   * @param mount usually {@link #DEFAULT_MOUNT}
   * @throws UncheckedIOException when the directory cannot be read
   */
  public static Cgroups mountedAt(Path mount) {
    if (Files.exists(mount.resolve("cgroup.controllers"))) {
      return new Cgroups(mount, true, Map.of());
    }
    Map<Controller, Path> controllers = new EnumMap<>(Controller.class);
    try (DirectoryStream<Path> hierarchies = Files.newDirectoryStream(mount, Files::isDirectory)) {
      for (Path hierarchy : hierarchies) {
        // Controllers that are mounted together share a directory, "cpu,cpuacct".
        for (String name : String.valueOf(hierarchy.getFileName()).split(",", -1)) {
          for (Controller controller : Controller.values()) {
            if (lowerCase(controller).equals(name)) {
              controllers.put(controller, hierarchy);
            }
          }
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot list the cgroups mounted at " + mount, e);
    }
    return new Cgroups(mount, false, controllers);
  }

  /** Whether this is version 2. */
  public boolean isUnified() {
    return unified;
  }

  /**
   * The group with a path.
   *
   * @param path below the root of the tree, such as {@code /kubepods/pod1}; one with a {@code ..}
   *     names no group
   * @return empty when there is no such group
   */
  public Optional<Cgroup> find(String path) {
    String relative = path.replaceFirst("^/+", "");
    if (relative.isEmpty() || List.of(relative.split("/", -1)).contains("..")) {
      return Optional.empty();
    }
    Cgroup cgroup;
    if (unified) {
      cgroup = new UnifiedCgroup(mount.resolve(relative));
    } else {
      Map<Controller, Path> directories = new EnumMap<>(Controller.class);
      controllers.forEach(
          (controller, root) -> directories.put(controller, root.resolve(relative)));
      cgroup = new LegacyCgroup(directories);
    }
    return cgroup.exists() ? Optional.of(cgroup) : Optional.empty();
  }

  /**
   * The group a process is in.
   *
   * @param process its directory below {@code /proc}
   * @return empty when the process is gone or in the root of the tree
   */
  public Optional<Cgroup> ofProcess(Path process) {
    List<String> lines = KernelFile.lines(process.resolve("cgroup"));
    return unified
        ? lines.stream()
            .filter(line -> line.startsWith("0::"))
            .findFirst()
            .flatMap(line -> find(line.substring(3)))
        : ofLegacyProcess(lines);
  }

  /** A process may be in a different place of each tree; its lines are {@code 4:memory:/path}. */
  private Optional<Cgroup> ofLegacyProcess(List<String> lines) {
    Map<Controller, Path> directories = new EnumMap<>(Controller.class);
    for (String line : lines) {
      String[] fields = line.split(":", 3);
      if (fields.length == 3 && fields[2].length() > 1) {
        List<String> names = List.of(fields[1].split(",", -1));
        controllers.forEach((controller, root) -> {
          String name = controller == Controller.UNIFIED ? "" : lowerCase(controller);
          if (names.contains(name)) {
            directories.put(controller, root.resolve(fields[2].substring(1)));
          }
        });
      }
    }
    return directories.containsKey(Controller.CPUACCT)
        ? Optional.of(new LegacyCgroup(directories))
        : Optional.empty();
  }

  private static String lowerCase(Controller controller) {
    return controller.name().toLowerCase(Locale.ROOT);
  }

  /**
   * The path of a systemd slice, which systemd keeps below those its name begins with: {@code
   * a-b.slice} is at {@code a.slice/a-b.slice}. Any other name is its own path.
   */
  public static String pathOf(String name) {
    if (!name.endsWith(SLICE) || name.contains("/")) {
      return name;
    }
    List<String> slices = new ArrayList<>();
    String stem = name.substring(0, name.length() - SLICE.length());
    for (int dash = stem.indexOf('-'); dash > 0; dash = stem.indexOf('-', dash + 1)) {
      slices.add(stem.substring(0, dash) + SLICE);
    }
    slices.add(name);
    return String.join("/", slices);
  }
}
