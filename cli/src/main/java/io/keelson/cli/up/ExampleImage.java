package io.keelson.cli.up;

import io.keelson.cli.doctor.CommandRun;
import io.keelson.cli.doctor.Programs;
import io.keelson.cli.shell.CommandFailure;
import io.keelson.runtime.docker.image.ImageArchive;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * The image of the examples, made from this machine's statically linked busybox: no registry is
 * needed.
 */
final class ExampleImage {
  /** What manifests call it. */
  static final String NAME = "keelson.example/busybox:1";

  private ExampleImage() {}

  /**
   * Makes it.
   *
   * @param architecture of this machine, in Go's words
   */
  static ImageArchive make(String architecture) throws InterruptedException {
    Path busybox =
        Programs.find("busybox").orElseThrow(() -> new CommandFailure(missing("is not installed")));
    try {
      CommandRun list = CommandRun.of(busybox, "--list");
      if (!list.succeeded()) {
        throw new CommandFailure(missing("does not run: " + list.output()));
      }
      ImageArchive.Builder image = ImageArchive.named(NAME, architecture);
      image.file("/bin/busybox", 0755, busybox);
      list.output()
          .lines()
          .filter(applet -> applet.matches("[a-z0-9_\\[.-]+") && !applet.equals("busybox"))
          .forEach(applet -> image.symlink("/bin/" + applet, "busybox"));
      image.directory("/tmp", 01777);
      image.file("/etc/passwd", 0644, bytes("root:x:0:0:root:/:/bin/sh\n"));
      image.file("/etc/group", 0644, bytes("root:x:0:\n"));
      return image.cmd("/bin/sh").build();
    } catch (IOException e) {
      throw new CommandFailure(missing("cannot be read: " + e.getMessage()), e);
    }
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static String missing(String how) {
    return "the example image cannot be made: busybox %s; run: apt-get install -y busybox-static"
        .formatted(how);
  }
}
