package io.keelson.runtime.docker;

import io.keelson.runtime.spi.CriException;
import io.keelson.runtime.v1.DNSConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * Files of a pod that its containers see: the engine would write a resolv.conf of its own, and a
 * pod's name resolution is what the node agent says it is.
 */
final class PodFiles {
  private static final Path HOST_RESOLV_CONF = Path.of("/etc/resolv.conf");

  private final Path directory;

  /** Keeps the files of each pod in a folder of its own below {@code directory}. */
  PodFiles(Path directory) {
    this.directory = directory;
  }

  /** Where the resolv.conf of the pod with this token is. */
  Path resolvConf(String token) {
    return directory.resolve(token).resolve("resolv.conf");
  }

  /**
   * Writes a pod's resolv.conf: what {@code dns} says, or the host's where it says nothing.
   *
   * @throws CriException {@code INTERNAL} or {@code RESOURCE_EXHAUSTED} when that fails
   */
  void write(String token, DNSConfig dns) {
    Path file = resolvConf(token);
    try {
      Files.createDirectories(file.getParent());
      Files.writeString(
          file, dns.equals(DNSConfig.getDefaultInstance()) ? hostResolvConf() : render(dns));
    } catch (IOException e) {
      throw CriException.internal(
          "cannot write %s: %s; check space and permissions".formatted(file, e.getMessage()), e);
    }
  }

  static String render(DNSConfig dns) {
    StringBuilder text = new StringBuilder();
    line(text, "search", dns.getSearchesList());
    dns.getServersList().forEach(server -> line(text, "nameserver", List.of(server)));
    line(text, "options", dns.getOptionsList());
    return text.toString();
  }

  private static void line(StringBuilder text, String keyword, List<String> words) {
    if (!words.isEmpty()) {
      text.append(keyword).append(' ').append(String.join(" ", words)).append('\n');
    }
  }

  private static String hostResolvConf() throws IOException {
    try {
      return Files.readString(HOST_RESOLV_CONF);
    } catch (NoSuchFileException e) {
      return "";
    }
  }

  /** Deletes a pod's files, if there are any. */
  void delete(String token) {
    Path folder = directory.resolve(token);
    if (!Files.exists(folder)) {
      return;
    }
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      throw CriException.internal("cannot delete " + folder + ": " + e.getMessage(), e);
    }
  }
}
