package io.keelson.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What {@code keelson up} could leave on this machine. */
final class Traces {
  private static final List<Path> FOLDERS =
      List.of(Path.of("/run/keelson"), Path.of("/var/lib/keelson"));

  private Traces() {}

  /** Every trace there is now, each with its kind. */
  static SortedSet<String> now() throws IOException, InterruptedException {
    SortedSet<String> traces = new TreeSet<>();
    for (Path folder : FOLDERS) {
      if (Files.exists(folder)) {
        try (Stream<Path> files = Files.list(folder)) {
          traces.add(
              "folder "
                  + folder
                  + " with "
                  + files.map(Path::getFileName).map(Path::toString).sorted().toList());
        }
      }
    }
    try (Stream<String> mounts = Files.lines(Path.of("/proc/self/mountinfo"))) {
      mounts.filter(Traces::isBelowAFolder).forEach(mount -> traces.add("mount " + mount));
    }
    ProcessHandle.allProcesses()
        .filter(process -> isBelowAFolder(commandLine(process)))
        .forEach(process -> traces.add("process " + commandLine(process)));
    try (Stream<Path> interfaces = Files.list(Path.of("/sys/class/net"))) {
      interfaces
          .map(device -> device.getFileName().toString())
          .filter(device -> device.equals("keelson0"))
          .forEach(device -> traces.add("network interface " + device));
    }
    for (String table : List.of("nat", "filter")) {
      rules(table).stream()
          .filter(rule -> rule.contains("keelson") || rule.contains("10.89."))
          .forEach(rule -> traces.add("firewall rule " + rule));
    }
    return traces;
  }

  /** What the whole machine shares and {@code up} may change while it runs. */
  static String shared() throws IOException, InterruptedException {
    return "ip_forward "
        + Files.readString(Path.of("/proc/sys/net/ipv4/ip_forward")).strip()
        + rules("nat").stream()
            .filter(rule -> rule.contains("CNI-HOSTPORT"))
            .collect(Collectors.joining("\n", "\n", ""));
  }

  private static boolean isBelowAFolder(String text) {
    return FOLDERS.stream().anyMatch(folder -> text.contains(folder + "/"));
  }

  private static String commandLine(ProcessHandle process) {
    try {
      return Files.readString(Path.of("/proc", String.valueOf(process.pid()), "cmdline"))
          .replace('\0', ' ');
    } catch (IOException e) {
      return "";
    }
  }

  private static List<String> rules(String table) throws IOException, InterruptedException {
    Process iptables =
        new ProcessBuilder("iptables", "-w", "-t", table, "-S")
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    List<String> rules =
        new String(iptables.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
            .lines()
            .toList();
    if (iptables.waitFor() != 0) {
      throw new IOException("iptables cannot list the table " + table);
    }
    return rules;
  }
}
