package io.keelson.cli;

import io.keelson.cli.doctor.Doctor;
import io.keelson.cli.doctor.Programs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Assumptions;

/** {@code bin/keelson}, as users run it, and what it takes to run pods on Docker here. */
final class Executable {
  private static final Path PROGRAM = Path.of("..", "bin", "keelson").toAbsolutePath().normalize();

  private Executable() {}

  /** Aborts the test, naming what is missing, where pods cannot run on Docker. */
  static void assumePodsCanRun() throws IOException, InterruptedException {
    Assumptions.assumeTrue(Doctor.isRoot(), "pods on Docker need root");
    for (String program : List.of("dockerd", "containerd", "iptables", "ip", "busybox")) {
      Assumptions.assumeTrue(
          Programs.find(program).isPresent(),
          program + " is not installed; run: bin/setup --tests");
    }
    Assumptions.assumeTrue(
        pluginFolders().stream().anyMatch(folder -> Files.isExecutable(folder.resolve("bridge"))),
        "the CNI reference plugins are not installed; run: bin/setup --tests");
    Process version = processBuilder("version").start();
    Assumptions.assumeTrue(
        version.waitFor() == 0, "these sources are not built; run: bin/keelson version");
  }

  /** Where the CNI plugins are. */
  static List<Path> pluginFolders() {
    return List.of(Path.of("/opt/cni/bin"), Path.of("/usr/lib/cni"));
  }

  /** Starts it in a folder, called by a link there. */
  static KeelsonProcess start(Path folder, String... words) throws IOException {
    Path link = folder.resolve("keelson");
    if (!Files.isSymbolicLink(link)) {
      Files.createSymbolicLink(link, PROGRAM);
    }
    return KeelsonProcess.launch(folder, command(link, words));
  }

  private static ProcessBuilder processBuilder(String... words) {
    return new ProcessBuilder(command(PROGRAM, words)).redirectErrorStream(true);
  }

  private static List<String> command(Path program, String... words) {
    // A build in the middle of a test would only look like a slow start.
    List<String> command =
        new ArrayList<>(List.of("env", "KEELSON_BUILD=never", program.toString()));
    command.addAll(List.of(words));
    return command;
  }
}
