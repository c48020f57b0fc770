package io.keelson.examples.unshare;

import static io.keelson.examples.unshare.HostCommand.quoted;

import io.keelson.runtime.v1.ContainerConfig;
import io.keelson.runtime.v1.Mount;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The shell script that makes a container around itself and then becomes its program. It is kept in
 * the container's folder, where it can be read.
 */
final class ContainerScript {
  /** What is written before the program's own output, with the number of its process. */
  static final String STARTED = "started ";

  private static final List<String> DEVICES =
      List.of("null", "zero", "full", "random", "urandom", "tty");

  private final StringBuilder text = new StringBuilder();
  private final Path root;

  private ContainerScript(Path root) {
    this.root = root;
  }

  /**
   * Writes it.
   *
   * @param folder of the container, with its files in {@code root}
   */
  static Path write(Path folder, Pod pod, ContainerConfig config, ProgramSettings program)
      throws IOException {
    ContainerScript script = new ContainerScript(folder.resolve("root"));
    script.prepare(pod);
    config.getMountsList().forEach(script::mount);
    script.become(program);
    return Files.writeString(folder.resolve("main.sh"), script.text);
  }

  private void line(String form, Object... words) {
    text.append(form.formatted(words)).append('\n');
  }

  private void prepare(Pod pod) {
    line("set -e");
    line("root=%s", quoted(root.toString()));
    // Links of the image may point anywhere, and only here they mean places on the node.
    line("inside() {");
    line("  place=$(realpath -m \"$root/$1\")");
    line("  case $place in \"$root\"/*|\"$root\") ;; *)");
    line("    echo \"$1 leads out of the container, by a link of its image\" >&2; exit 125;; esac");
    line("}");
    // Read before /proc is that of the container, so that it is the number on the node.
    line("read -r pid rest </proc/self/stat");
    line("mount --make-private \"$(stat -c %%m \"$root\")\"");
    line("mount --bind \"$root\" \"$root\"");
    line("for place in proc dev; do inside $place; mkdir -p \"$place\"; done");
    line("mount -t proc proc \"$root/proc\"");
    line("mount -t tmpfs -o mode=755 dev \"$root/dev\"");
    line("for device in %s; do", String.join(" ", DEVICES));
    line("  : >\"$root/dev/$device\"; mount --bind \"/dev/$device\" \"$root/dev/$device\"; done");
    line("ln -s /proc/self/fd \"$root/dev/fd\"");
    line("mkdir \"$root/dev/shm\"; mount -t tmpfs shm \"$root/dev/shm\"");
    line("inside /etc; mkdir -p \"$place\"; inside /etc/resolv.conf");
    String resolver = pod.resolverConfig();
    line(resolver.isEmpty() ? "cat /etc/resolv.conf >\"$place\"" : "printf %%s %s >\"$place\"",
        quoted(resolver));
  }

  private void mount(Mount mount) {
    String source = quoted(mount.getHostPath());
    line("inside %s", quoted(mount.getContainerPath()));
    line("if [ -d %s ]; then mkdir -p \"$place\"", source);
    line("else mkdir -p \"${place%%/*}\"; [ -e \"$place\" ] || : >\"$place\"; fi");
    line("mount --rbind %s \"$place\"", source);
    line(
        "mount --make-%s \"$place\"",
        switch (mount.getPropagation()) {
          case PROPAGATION_HOST_TO_CONTAINER -> "rslave";
          case PROPAGATION_BIDIRECTIONAL -> "rshared";
          default -> "rprivate";
        });
    if (mount.getReadonly()) {
      line("mount -o remount,bind,ro \"$place\"");
    }
  }

  private void become(ProgramSettings program) {
    String first = program.command().getFirst();
    if (first.startsWith("/")) {
      line("inside %s", quoted(first));
      line("[ -x \"$place\" ] || { echo %s >&2; exit 127; }", quoted("there is no program " + first));
    }
    line("inside %s; mkdir -p \"$place\"", quoted(program.folder()));
    line("become=$(command -v unshare)");
    line("echo \"%s$pid\" >&2", STARTED);
    line(
        "exec env -i %s \"$become\" --root=\"$root\" --wd=%s --setgid=%d --setuid=%d -- %s",
        program.variables().entrySet().stream()
            .map(each -> quoted(each.getKey() + "=" + each.getValue()))
            .collect(Collectors.joining(" ")),
        quoted(program.folder()),
        program.groupId(),
        program.userId(),
        program.command().stream().map(HostCommand::quoted).collect(Collectors.joining(" ")));
  }
}
