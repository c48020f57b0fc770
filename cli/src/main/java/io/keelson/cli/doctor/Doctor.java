package io.keelson.cli.doctor;

import io.keelson.cli.config.DaemonConfiguration;
import io.keelson.linux.Capabilities;
import io.keelson.linux.Capability;
import io.keelson.runtime.docker.engine.DockerEngine;
import io.keelson.runtime.docker.engine.DockerEngineProcess;
import io.keelson.runtime.spi.CriException;
import io.keelson.runtime.transport.Endpoint;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Looks at this machine, changing nothing. */
public final class Doctor {
  private static final String INSTALL = "bin/setup";
  private static final int JAVA_FEATURE = 25;
  private static final long LEAST_FREE_BYTES = 2L * 1024 * 1024 * 1024;
  private static final List<String> PLUGINS =
      List.of("bridge", "host-local", "portmap", "loopback");
  private static final List<String> CONTROLLERS = List.of("cpu", "memory", "pids", "devices");

  private final Endpoint engine;
  private final DaemonConfiguration configuration;

  /**
   * Creates a doctor.
   *
   * @param engine where the Docker Engine should answer
   * @param configuration the daemon's folders and CNI settings
   */
  public Doctor(Endpoint engine, DaemonConfiguration configuration) {
    this.engine = engine;
    this.configuration = configuration;
  }

  /** Makes every check, one after the other. */
  public List<Finding> examine() throws InterruptedException {
    List<Finding> findings = new ArrayList<>();
    findings.add(java());
    findings.add(root());
    findings.add(dockerEngine());
    findings.add(cgroups());
    findings.add(cniPlugins());
    findings.add(cniConfiguration());
    findings.add(iptables());
    findings.add(resourceCapability());
    findings.add(diskSpace());
    return findings;
  }

  private static Finding java() {
    String check = "Java";
    Runtime.Version version = Runtime.version();
    String detail = "Java " + version + " in " + System.getProperty("java.home");
    return version.feature() == JAVA_FEATURE
        ? Finding.ok(check, detail)
        : Finding.failed(check, detail + "; Java 25 is needed", "export JAVA_HOME=/path/to/jdk-25");
  }

  /** True when this process is root's. */
  public static boolean isRoot() {
    try {
      return Files.getAttribute(Path.of("/proc/self"), "unix:uid").equals(0);
    } catch (IOException e) {
      return false;
    }
  }

  private static Finding root() {
    String check = "Root";
    if (!isRoot()) {
      return Finding.failed(
          check,
          "this user cannot mount, enter network namespaces or use the engine's socket",
          "sudo keelson ...; without root: keelson up --handler fake");
    }
    Capabilities capabilities = Capabilities.ofThisProcess();
    return capabilities.has(Capability.SYS_ADMIN) && capabilities.has(Capability.NET_ADMIN)
        ? Finding.ok(check, "root, with CAP_SYS_ADMIN and CAP_NET_ADMIN")
        : Finding.failed(
            check,
            "root, but without CAP_SYS_ADMIN or CAP_NET_ADMIN",
            "give this container or service both capabilities");
  }

  private Finding dockerEngine() throws InterruptedException {
    String check = "Docker Engine";
    try (DockerEngine connection = DockerEngine.at(engine)) {
      return Finding.ok(check, "version %s at %s".formatted(connection.version().engine(), engine));
    } catch (CriException e) {
      if (DockerEngineProcess.isInstalled()) {
        return Finding.warning(
            check,
            "installed, but none answers at " + engine + "; keelson up starts one of its own",
            "systemctl start docker");
      }
      return Finding.failed(
          check, "none answers at " + engine + " and dockerd is not installed", INSTALL);
    }
  }

  private static Finding cgroups() {
    String check = "Control groups";
    Path unified = Path.of("/sys/fs/cgroup/cgroup.controllers");
    List<String> missing = new ArrayList<>();
    boolean second = Files.exists(unified);
    try {
      List<String> there =
          second ? List.of(Files.readString(unified).strip().split(" ")) : List.of();
      for (String controller : CONTROLLERS) {
        // Version 2 has no devices controller: programs in the kernel do its work.
        boolean present =
            second
                ? there.contains(controller) || controller.equals("devices")
                : Files.isDirectory(Path.of("/sys/fs/cgroup", controller));
        if (!present) {
          missing.add(controller);
        }
      }
    } catch (IOException e) {
      return Finding.failed(
          check, unified + " cannot be read", "mount -t cgroup2 none /sys/fs/cgroup");
    }
    String version = "version " + (second ? 2 : 1);
    return missing.isEmpty()
        ? Finding.ok(check, version + " with " + String.join(", ", CONTROLLERS))
        : Finding.failed(
            check,
            version + " without " + String.join(", ", missing),
            "enable these controllers on the kernel's command line and reboot");
  }

  private Finding cniPlugins() {
    String check = "CNI plugins";
    List<Path> folders = configuration.cni().binDirectories();
    List<String> missing =
        PLUGINS.stream()
            .filter(plugin ->
                folders.stream().noneMatch(dir -> Files.isExecutable(dir.resolve(plugin))))
            .toList();
    return missing.isEmpty()
        ? Finding.ok(check, String.join(", ", PLUGINS))
        : Finding.failed(
            check, "%s not found in %s".formatted(String.join(", ", missing), folders), INSTALL);
  }

  private Finding cniConfiguration() {
    String check = "CNI configuration";
    return networkConfiguration(configuration.cni().confDirectory())
        .map(file -> Finding.ok(check, file.toString()))
        .orElseGet(() ->
            Finding.warning(
                check,
                "none in "
                    + configuration.cni().confDirectory()
                    + "; keelson up brings its own, keelson serve has no pod network without",
                "put a .conflist file there, or install a network add-on that does"));
  }

  /** The first network configuration of a folder, by name. */
  public static Optional<Path> networkConfiguration(Path folder) {
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .filter(f -> f.toString().matches(".*\\.(conflist|conf|json)"))
          .sorted()
          .findFirst();
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  private static Finding iptables() throws InterruptedException {
    String check = "iptables";
    Optional<Path> program = Programs.find("iptables");
    if (program.isEmpty()) {
      return Finding.failed(check, "not installed; host ports need it", INSTALL);
    }
    if (!isRoot()) {
      return Finding.warning(check, "installed; whether it works shows only to root", "");
    }
    try {
      CommandRun run = CommandRun.of(program.get(), "-w", "5", "-t", "nat", "-S");
      return run.succeeded()
          ? Finding.ok(check, CommandRun.of(program.get(), "--version").output())
          : Finding.failed(
              check,
              "the nat table cannot be read: " + run.output().lines().findFirst().orElse(""),
              "give the kernel netfilter's NAT: modprobe iptable_nat");
    } catch (IOException e) {
      return Finding.failed(check, String.valueOf(e.getMessage()), INSTALL);
    }
  }

  private static Finding resourceCapability() {
    String check = "CAP_SYS_RESOURCE";
    return Capabilities.ofThisProcess().canGrant(Capability.SYS_RESOURCE)
        ? Finding.ok(check, "there")
        : Finding.warning(
            check,
            "missing: privileged containers and negative oom_score_adj cannot be had",
            "run Keelson and the engine where root has this capability");
  }

  private Finding diskSpace() {
    String check = "Disk space";
    Path folder = configuration.stateDirectory();
    while (!Files.exists(folder) && folder.getParent() != null) {
      folder = folder.getParent();
    }
    try {
      long free = Files.getFileStore(folder).getUsableSpace();
      String detail =
          "%.1f GiB free for %s"
              .formatted(free / (double) (1L << 30), configuration.stateDirectory());
      return free >= LEAST_FREE_BYTES
          ? Finding.ok(check, detail)
          : Finding.warning(check, detail + "; images may not fit", "free 2 GiB there");
    } catch (IOException e) {
      return Finding.warning(check, folder + " cannot be examined: " + e.getMessage(), "");
    }
  }
}
