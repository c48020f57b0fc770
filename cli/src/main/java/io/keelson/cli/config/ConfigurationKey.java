package io.keelson.cli.config;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * A key of the configuration file. The reader knows exactly the keys listed here, and the reference
 * page is made of them.
 *
 * @param path the key with those it is nested in, joined by dots
 * @param form what its value looks like
 * @param standard what holds when it is not given, as one would write it; a sentence in brackets
 *     where that is not a value
 * @param meaning one sentence
 */
public record ConfigurationKey(String path, String form, String standard, String meaning) {

  /** Every key but the options of backends, which their factories declare. */
  public static final List<ConfigurationKey> ALL =
      List.of(
          new ConfigurationKey(
              "listen",
              "list of unix:///path or tcp://host:port",
              "[unix:///run/keelson/keelson.sock]",
              "Where the daemon serves the CRI; a tcp endpoint needs the keys below tls."),
          new ConfigurationKey(
              "tls.certificate",
              "absolute path",
              "(none)",
              "The server's certificate and its intermediates, PEM."),
          new ConfigurationKey(
              "tls.key", "absolute path", "(none)", "The certificate's key, PKCS#8 PEM."),
          new ConfigurationKey(
              "tls.trusted",
              "absolute path",
              "(none)",
              "The authorities a client's certificate must come from, PEM."),
          new ConfigurationKey(
              "state-dir",
              "absolute path",
              "/var/lib/keelson",
              "What must outlive a reboot: records of pods and containers."),
          new ConfigurationKey(
              "run-dir",
              "absolute path",
              "/run/keelson",
              "What a reboot may take: pinned network namespaces, sockets."),
          new ConfigurationKey(
              "default-backend",
              "name of a backend",
              "(the first below backends)",
              "The backend of pods that name no runtime handler."),
          new ConfigurationKey(
              "backends",
              "backend names, each with its options",
              "{docker: {}}",
              "The backends to serve. A pod's runtime handler chooses among them."),
          new ConfigurationKey(
              "cni.conf-dir",
              "absolute path",
              "/etc/cni/net.d",
              "Network configurations; the first usable one by name is the pods' network."),
          new ConfigurationKey(
              "cni.bin-dirs",
              "list of absolute paths",
              "[/opt/cni/bin, /usr/lib/cni]",
              "Where plugins are, searched in this order."),
          new ConfigurationKey(
              "cni.cache-dir",
              "absolute path",
              "/var/lib/cni",
              "What is attached, so that it can be detached after a restart."),
          new ConfigurationKey(
              "cni.timeout",
              "time, such as 30s or 2m",
              "1m",
              "How long one call of a plugin may take before it is killed."),
          new ConfigurationKey(
              "streaming.host",
              "name or address",
              "127.0.0.1",
              "Where exec, attach and port-forward are served; whoever reaches it needs a one-time"
                  + " URL."),
          new ConfigurationKey(
              "streaming.port", "0 to 65535", "0", "The port of it; 0 takes any free one."),
          new ConfigurationKey(
              "streaming.base-url",
              "http or https URL",
              "(host and port)",
              "What its URLs begin with, where clients reach it another way, such as by a proxy."),
          new ConfigurationKey(
              "streaming.idle-timeout",
              "time, such as 30s or 2m",
              "4h",
              "How long its connections may carry no data."),
          new ConfigurationKey(
              "streaming.creation-timeout",
              "time, such as 30s or 2m",
              "30s",
              "How long a client may take to open the streams of a command or a connection."),
          new ConfigurationKey(
              "streaming.tls.certificate",
              "absolute path",
              "(none)",
              "Serves it by HTTPS: the certificate and its intermediates, PEM."),
          new ConfigurationKey(
              "streaming.tls.key", "absolute path", "(none)", "The certificate's key, PKCS#8 PEM."),
          new ConfigurationKey(
              "streaming.tls.trusted",
              "absolute path",
              "(none)",
              "The authorities a client's certificate must come from, PEM; none are needed unless"
                  + " given."),
          new ConfigurationKey(
              "log-level",
              "error, warn, info, debug or trace",
              "info",
              "The least important lines of Keelson's own that are logged."));

  /**
   * The words that may stand at one place.
   *
   * @param prefix empty for the top, else the enclosing keys with a dot at the end
   */
  static Set<String> wordsBelow(String prefix) {
    Set<String> words = new TreeSet<>();
    for (ConfigurationKey key : ALL) {
      if (key.path().startsWith(prefix)) {
        words.add(key.path().substring(prefix.length()).split("\\.", 2)[0]);
      }
    }
    return words;
  }
}
