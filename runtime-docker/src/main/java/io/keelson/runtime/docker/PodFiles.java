package io.keelson.runtime.docker;

import io.keelson.linux.FileTrees;
import io.keelson.runtime.spi.CriException;
import io.keelson.runtime.v1.DNSConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;

/**
 * Files of a pod that its containers see: the engine knows nothing of the pod's network, so it can
 * write neither a resolv.conf nor a hosts file for it.
 */
final class PodFiles {
  private static final Path HOST_RESOLV_CONF = Path.of("/etc/resolv.conf");

  private static final String LOCAL_HOSTS =
      """
      127.0.0.1\tlocalhost
      ::1\tlocalhost ip6-localhost ip6-loopback
      fe00::0\tip6-localnet
      fe00::0\tip6-mcastprefix
      fe00::1\tip6-allnodes
      fe00::2\tip6-allrouters
      """;

  private final Path directory;

  /** Keeps the files of each pod in a folder of its own below {@code directory}. */
  PodFiles(Path directory) {
    this.directory = directory;
  }

  /** Where the resolv.conf of the pod with this token is. */
  Path resolvConf(String token) {
    return directory.resolve(token).resolve("resolv.conf");
  }

  /** Where the hosts file of the pod with this token is. */
  Path hosts(String token) {
    return directory.resolve(token).resolve("hosts");
  }

  /** Where the hostname file of the pod with this token is, if it has one. */
  Path hostname(String token) {
    return directory.resolve(token).resolve("hostname");
  }

  /**
   * Writes a pod's hostname file.
   *
   * @throws CriException as {@link #writeResolvConf} throws
   */
  void writeHostname(String token, String hostname) {
    write(hostname(token), () -> hostname + "\n");
  }

  /**
   * Writes the hosts file of a pod with a network of its own: this machine's loopback names, and
   * the pod's name at its addresses.
   *
   * @param hostname none when empty
   * @throws CriException as {@link #writeResolvConf} throws
   */
  void writeHosts(String token, List<String> addresses, String hostname) {
    StringBuilder text = new StringBuilder(LOCAL_HOSTS);
    if (!hostname.isEmpty()) {
      addresses.forEach(address -> text.append(address).append('\t').append(hostname).append('\n'));
    }
    write(hosts(token), text::toString);
  }

  private interface Content {
    String read() throws IOException;
  }

  private static void write(Path file, Content content) {
    try {
      Files.createDirectories(file.getParent());
      Files.writeString(file, content.read());
    } catch (IOException e) {
      throw CriException.internal(
          "cannot write %s: %s; check space and permissions".formatted(file, e.getMessage()), e);
    }
  }

  /**
   * Writes a pod's resolv.conf: what {@code dns} says, or the host's where it says nothing.
   *
   * @throws CriException {@code INTERNAL} when that fails
   */
  void writeResolvConf(String token, DNSConfig dns) {
    write(
        resolvConf(token),
        () -> dns.equals(DNSConfig.getDefaultInstance()) ? hostResolvConf() : render(dns));
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
    try {
      FileTrees.delete(folder);
    } catch (IOException e) {
      throw CriException.internal("cannot delete " + folder + ": " + e.getMessage(), e);
    }
  }
}
