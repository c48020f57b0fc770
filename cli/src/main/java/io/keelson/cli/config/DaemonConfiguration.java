package io.keelson.cli.config;

import io.keelson.runtime.streaming.StreamingSettings;
import io.keelson.runtime.transport.Endpoint;
import io.keelson.runtime.transport.TlsSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How a daemon is set up.
 *
 * @param listen where it listens
 * @param tls its identity for TCP endpoints; null when it has none of these
 * @param stateDirectory kept over reboots
 * @param runDirectory gone at boot
 * @param backends options of each backend to serve, by name, the default one first
 * @param cni where CNI finds configuration and plugins
 * @param streaming how clients of exec, attach and port-forward are served
 * @param logLevel one of {@code error}, {@code warn}, {@code info}, {@code debug}, {@code trace}
 */
public record DaemonConfiguration(
    List<Endpoint> listen,
    @Nullable TlsSettings tls,
    Path stateDirectory,
    Path runDirectory,
    Map<String, Map<String, String>> backends,
    Cni cni,
    StreamingSettings streaming,
    String logLevel) {

  /** The socket a daemon listens on unless told otherwise. */
  public static final Endpoint.Unix DEFAULT_ENDPOINT =
      new Endpoint.Unix(Path.of("/run/keelson/keelson.sock"));

  /** Where state is kept unless told otherwise. */
  public static final Path DEFAULT_STATE_DIRECTORY = Path.of("/var/lib/keelson");

  /** Where sockets and pinned namespaces are unless told otherwise. */
  public static final Path DEFAULT_RUN_DIRECTORY = Path.of("/run/keelson");

  /**
   * Where CNI finds things.
   *
   * @param confDirectory network configurations, the first by name is the pods' network
   * @param binDirectories plugins, searched in order
   * @param cacheDirectory results of attachments
   * @param timeout the longest a plugin may run
   */
  public record Cni(
      Path confDirectory, List<Path> binDirectories, Path cacheDirectory, Duration timeout) {
    /** The folders every CNI runtime uses, and a minute for a plugin. */
    public static final Cni DEFAULTS =
        new Cni(
            Path.of("/etc/cni/net.d"),
            List.of(Path.of("/opt/cni/bin"), Path.of("/usr/lib/cni")),
            Path.of("/var/lib/cni"),
            Duration.ofMinutes(1));

    /** Keeps an unchangeable copy of the list. */
    public Cni {
      binDirectories = List.copyOf(binDirectories);
    }
  }

  /** A daemon without a configuration file. */
  public static final DaemonConfiguration DEFAULTS =
      new DaemonConfiguration(
          List.of(DEFAULT_ENDPOINT),
          null,
          DEFAULT_STATE_DIRECTORY,
          DEFAULT_RUN_DIRECTORY,
          Map.of("docker", Map.of()),
          Cni.DEFAULTS,
          StreamingSettings.DEFAULTS,
          "info");

  /** Keeps an unchangeable copy of the endpoints. */
  public DaemonConfiguration {
    listen = List.copyOf(listen);
  }

  /** The same, listening elsewhere. */
  public DaemonConfiguration listeningOn(List<Endpoint> endpoints) {
    return new DaemonConfiguration(
        endpoints, tls, stateDirectory, runDirectory, backends, cni, streaming, logLevel);
  }

  /** The same, with other backends. */
  public DaemonConfiguration servingOnly(Map<String, Map<String, String>> others) {
    return new DaemonConfiguration(
        listen, tls, stateDirectory, runDirectory, others, cni, streaming, logLevel);
  }
}
