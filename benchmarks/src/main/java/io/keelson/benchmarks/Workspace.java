package io.keelson.benchmarks;

import io.keelson.runtime.docker.image.ImageArchive;
import io.keelson.runtime.docker.image.PauseImage;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;

/**
 * What both runtimes share: a folder, the CNI configuration, and the image that pods run.
 *
 * @param folder everything of one benchmark run is below it
 */
record Workspace(Path folder) {
  static final String IMAGE = "docker.io/keelson/benchmark:1";
  private static final Path BUSYBOX = Path.of("/bin/busybox");
  private static final String BRIDGE = "klbench0";

  /** Where CNI plugins usually are. */
  static final List<Path> PLUGIN_FOLDERS =
      List.of(Path.of("/usr/lib/cni"), Path.of("/opt/cni/bin"));

  static Workspace create() throws IOException {
    Workspace workspace = new Workspace(Files.createTempDirectory("keelson-benchmark"));
    Files.createDirectories(workspace.cniConfiguration());
    Files.writeString(
        workspace.cniConfiguration().resolve("10-benchmark.conflist"),
        """
        {
          "cniVersion": "1.0.0",
          "name": "klbench",
          "plugins": [
            {
              "type": "bridge",
              "bridge": "%s",
              "isGateway": true,
              "ipMasq": false,
              "ipam": {
                "type": "host-local",
                "dataDir": "%s",
                "ranges": [[{"subnet": "10.231.88.0/22"}]],
                "routes": [{"dst": "0.0.0.0/0"}]
              }
            },
            {"type": "portmap", "capabilities": {"portMappings": true}}
          ]
        }
        """
            .formatted(BRIDGE, workspace.folder().resolve("ipam")));
    return workspace;
  }

  Path cniConfiguration() {
    return folder.resolve("net.d");
  }

  /** The folder the CNI plugins are in. */
  static Path plugins() {
    return PLUGIN_FOLDERS.stream()
        .filter(f -> Files.isExecutable(f.resolve("bridge")))
        .findFirst()
        .orElseThrow(() ->
            new IllegalStateException("no CNI plugins in " + PLUGIN_FOLDERS + "; run bin/setup"));
  }

  /** The image of the measured containers, made of the machine's busybox. */
  static ImageArchive image(String architecture) throws IOException {
    return ImageArchive.named(IMAGE, architecture)
        .file("/bin/busybox", 0755, BUSYBOX)
        .symlink("/bin/sleep", "busybox")
        .symlink("/bin/true", "busybox")
        .cmd("/bin/sleep", "86400")
        .build();
  }

  /** Writes an image where another runtime can import it from. */
  Path write(ImageArchive image, Path file) throws IOException {
    try (OutputStream out = Files.newOutputStream(file)) {
      image.writeTo(out);
    }
    return file;
  }

  /** The image of the sandbox containers, the same for both. */
  static ImageArchive pause(String architecture) {
    return PauseImage.archive(architecture);
  }

  /** Removes the bridge, what a failed run has left mounted, and the folder. */
  void close() throws IOException, InterruptedException {
    new ProcessBuilder("ip", "link", "delete", BRIDGE).start().waitFor();
    for (String mount : mounts()) {
      new ProcessBuilder("umount", "--lazy", mount).start().waitFor();
    }
    try (var files = Files.walk(folder)) {
      for (Path file : files.sorted((a, b) -> b.compareTo(a)).toList()) {
        Files.deleteIfExists(file);
      }
    }
  }

  /** Where something is mounted in the folder, the innermost first. */
  List<String> mounts() throws IOException {
    try (var lines = Files.lines(Path.of("/proc/self/mountinfo"))) {
      return lines
          .map(line -> line.split(" ", 6)[4])
          .filter(place -> place.startsWith(folder + "/"))
          .sorted(Comparator.reverseOrder())
          .toList();
    }
  }
}
