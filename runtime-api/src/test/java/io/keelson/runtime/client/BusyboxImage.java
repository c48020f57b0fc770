package io.keelson.runtime.client;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/** An image archive with nothing but the machine's statically linked busybox in it. */
final class BusyboxImage {
  private static final Path BUSYBOX = Path.of("/bin/busybox");

  private BusyboxImage() {}

  /** Makes the archive in a directory, under the given names; its process sleeps. */
  static Path archive(Path directory, String... names)
      throws IOException, InterruptedException, NoSuchAlgorithmException {
    PrivateContainerd.requirePart(BUSYBOX.toString(), "busybox-static");
    if (Files.readString(BUSYBOX, ISO_8859_1).contains("/ld-linux")) {
      Assumptions.abort(BUSYBOX + " needs shared libraries; install the package busybox-static");
    }
    Path root = directory.resolve("rootfs");
    Files.createDirectories(root.resolve("bin"));
    Files.copy(BUSYBOX, root.resolve("bin/busybox"));
    Path content = Files.createDirectories(directory.resolve("archive"));
    Path layer = content.resolve("layer.tar");
    tar(layer, root);
    Files.writeString(
        content.resolve("config.json"),
        """
        {"architecture": "%s", "os": "linux",
         "config": {"Entrypoint": ["/bin/busybox", "sleep", "1000000"], "Env": ["PATH=/bin"]},
         "rootfs": {"type": "layers", "diff_ids": ["sha256:%s"]}}
        """
            .formatted(architecture(), sha256(layer)));
    Files.writeString(
        content.resolve("manifest.json"),
        """
        [{"Config": "config.json", "RepoTags": [%s], "Layers": ["layer.tar"]}]
        """
            .formatted(
                Stream.of(names).map(name -> '"' + name + '"').collect(Collectors.joining(", "))));
    Path archive = directory.resolve("image.tar");
    tar(archive, content);
    return archive;
  }

  private static String architecture() {
    return System.getProperty("os.arch").equals("aarch64") ? "arm64" : "amd64";
  }

  private static String sha256(Path file) throws IOException, NoSuchAlgorithmException {
    return HexFormat.of()
        .formatHex(MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file)));
  }

  private static void tar(Path archive, Path content) throws IOException, InterruptedException {
    PrivateContainerd.run(List.of("tar", "-C", content.toString(), "-cf", archive.toString(), "."));
  }
}
