package io.keelson.runtime.docker.image;

import io.keelson.runtime.docker.engine.DockerEngine;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;

/** A small image with a shell, made from the machine's static busybox. */
public final class BusyboxImage {

  /** Its name in the engine. */
  public static final String NAME = "keelson-test/busybox:1";

  private BusyboxImage() {}

  /** Loads the image; aborts the test where busybox is not installed. */
  public static void load(DockerEngine engine) throws InterruptedException {
    archive(NAME, engine.version().architecture()).loadInto(engine);
  }

  /** The image under a name of the test's choice. */
  public static ImageArchive archive(String name, String architecture) {
    return builder(name, architecture).build();
  }

  /** The same, for a test to add to. */
  public static ImageArchive.Builder builder(String name, String architecture) {
    Path busybox = Path.of("/bin/busybox");
    Assumptions.assumeTrue(
        Files.isExecutable(busybox),
        "busybox is not installed; on Debian or Ubuntu run: apt-get install -y busybox-static");
    try {
      ImageArchive.Builder image =
          ImageArchive.named(name, architecture)
              .file("/bin/busybox", 0755, busybox)
              .directory("/tmp", 01777)
              .cmd("sh");
      for (String applet :
          new String[] {
            "sh", "cat", "sleep", "echo", "true", "false", "wc", "head", "seq", "ps", "stty",
            "dd", "printf", "kill", "yes", "setsid", "mkdir", "ls", "env", "id", "tty", "sha256sum"
          }) {
        image.symlink("/bin/" + applet, "busybox");
      }
      return image;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + busybox, e);
    }
  }
}
