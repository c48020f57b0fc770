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
import java.util.function.UnaryOperator;

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

  /** Whether they are of version 2. */
  public boolean areUnified() {
    return unified;
  }

  /** Whether huge pages can be limited. */
  public boolean limitHugePages() {
    return unified
        ? KernelFile.read(mount.resolve("cgroup.controllers"))
            .map(names -> List.of(names.strip().split(" ")).contains("hugetlb"))
            .orElse(false)
        : controllers.containsKey(Controller.HUGETLB);
  }

  /**
   * The group of a container: the one that bears its id. Its process may be in a group below that,
   * when the container has an init system of its own.
   *
   * @param process directory below {@code /proc} of a process of the container
   * @param id the container's, part of the group's name
   * @return empty when the process is gone, or is in no group with that id: its number then belongs
   *     to another process by now
   */
  public Optional<Cgroup> ofContainer(Path process, String id) {
    return at(process, path -> upTo(id, path));
  }

  /**
   * The group that holds a container's group, as that of a pod holds those of its containers.
   *
   * @param process as for {@link #ofContainer}
   * @param id as for {@link #ofContainer}
   * @return empty as for {@link #ofContainer}, and when it is the root of the tree
   */
  public Optional<Cgroup> aroundContainer(Path process, String id) {
    return at(
        process,
        path -> {
          String own = upTo(id, path);
          return own.substring(0, Math.max(0, own.lastIndexOf('/')));
        });
  }

  /** The part of a path up to the name that holds an id; empty when none does. */
  private static String upTo(String id, String path) {
    int found = path.indexOf(id);
    if (found < 0) {
      return "";
    }
    int end = path.indexOf('/', found);
    return end < 0 ? path : path.substring(0, end);
  }

  /** The group whose path {@code place} makes of that of a process; none for an empty one. */
  private Optional<Cgroup> at(Path process, UnaryOperator<String> place) {
    List<String> lines = KernelFile.lines(process.resolve("cgroup"));
    return unified ? inOneTree(lines, place) : inTrees(lines, place);
  }

  private Optional<Cgroup> inOneTree(List<String> lines, UnaryOperator<String> place) {
    return lines.stream()
        .filter(line -> line.startsWith("0::"))
        .findFirst()
        .flatMap(line -> below(mount, place.apply(line.substring(3))))
        .map(UnifiedCgroup::new);
  }

  /** A process may be in a different place of each tree; its lines are {@code 4:memory:/path}. */
  private Optional<Cgroup> inTrees(List<String> lines, UnaryOperator<String> place) {
    Map<Controller, Path> directories = new EnumMap<>(Controller.class);
    for (String line : lines) {
      String[] fields = line.split(":", 3);
      if (fields.length == 3) {
        List<String> names = List.of(fields[1].split(",", -1));
        controllers.forEach((controller, root) -> {
          String name = controller == Controller.UNIFIED ? "" : lowerCase(controller);
          if (names.contains(name)) {
            below(root, place.apply(fields[2]))
                .ifPresent(group -> directories.put(controller, group));
          }
        });
      }
    }
    return directories.containsKey(Controller.CPUACCT)
        ? Optional.of(new LegacyCgroup(directories))
        : Optional.empty();
  }

  /** Seen from a cgroup namespace, what is outside of it begins with {@code ..}. */
  private static Optional<Path> below(Path root, String path) {
    String relative = path.replaceFirst("^/+", "");
    return relative.isEmpty() || List.of(relative.split("/", -1)).contains("..")
        ? Optional.empty()
        : Optional.of(root.resolve(relative));
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
