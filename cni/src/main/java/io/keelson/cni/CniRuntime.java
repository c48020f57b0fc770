package io.keelson.cni;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * The operations of the specification on networks and their chains of plugins. Thread-safe, but the
 * specification forbids two operations on one container at once: ordering them is the caller's
 * part.
 */
public final class CniRuntime {
  private final PluginDirectories directories;
  private final AttachmentCache cache;
  private final PluginRunner runner;
  private final PluginVersions versions;
  private final Duration timeLimit;

  /**
   * Creates it.
   *
   * @param timeLimit how long one plugin may take over ADD, DEL or CHECK before it is killed
   */
  public CniRuntime(
      PluginDirectories directories,
      PluginInvoker invoker,
      AttachmentCache cache,
      Duration timeLimit) {
    this.directories = directories;
    this.cache = cache;
    this.timeLimit = timeLimit;
    this.runner = new PluginRunner(directories, invoker);
    this.versions = new PluginVersions(directories, runner);
  }

  /**
   * ADD: runs the chain, each plugin given the result of the one before, and remembers the last
   * result. The attachment is in the cache before the first plugin runs, so that whoever finds it
   * there after a crash can delete it; one that an earlier, cut-off ADD left there is deleted
   * first.
   *
   * <p>A failure or an interrupt is followed by DEL of the whole chain before this method throws.
   * What that DEL could not undo stays in the cache; its errors are suppressed ones of the failure.
   *
   * @return the last plugin's result, in whichever version the plugin gave it
   * @throws PluginMissingException before anything was done
   * @throws CniException when a plugin failed, or the cache cannot be written
   */
  public NetworkResult add(NetworkConfiguration network, Attachment attachment)
      throws InterruptedException {
    if (attachment.networkNamespace() == null) {
      throw new IllegalArgumentException(
          "ADD of " + attachment.containerId() + " needs a network namespace");
    }
    network.plugins().forEach(plugin -> directories.find(plugin.type()));
    if (cache.contains(network.name(), attachment)) {
      delete(cache.configuration(network.name(), attachment).orElse(network), attachment);
    }
    cache.put(network, attachment, null);
    try {
      NetworkResult result = addAll(network, attachment);
      cache.put(network, attachment, result);
      return result;
    } catch (InterruptedException | RuntimeException e) {
      undo(network, attachment, e);
      throw e;
    }
  }

  /**
   * DEL: runs the chain backwards, each plugin given the cached result, and forgets the attachment
   * when all have succeeded. Stops at the first failure. Repeatable.
   *
   * @param network as it was at ADD: {@link CachedAttachment#configuration}
   * @param attachment as it was at ADD, without namespace when that is gone
   * @throws CniException when a plugin failed
   */
  public void delete(NetworkConfiguration network, Attachment attachment)
      throws InterruptedException {
    NetworkResult previous =
        network.version().isAtLeast(SpecVersion.V0_4_0)
            ? cache.result(network, attachment).orElse(null)
            : null;
    for (PluginConfiguration plugin : network.plugins().reversed()) {
      runner.run("DEL", network, plugin, attachment, previous, timeLimit);
    }
    cache.remove(network.name(), attachment);
  }

  /**
   * CHECK: asks each plugin whether the attachment is still as ADD left it. Succeeds without asking
   * when the network says {@code disableCheck}.
   *
   * @throws ConfigurationException when the network's version is older than 0.4.0
   * @throws AttachmentCacheException when the cache knows no result of this attachment
   * @throws PluginException when a plugin finds something missing or changed
   */
  public void check(NetworkConfiguration network, Attachment attachment)
      throws InterruptedException {
    if (!network.version().isAtLeast(SpecVersion.V0_4_0)) {
      throw new ConfigurationException(
          "network '"
              + network.name()
              + "': cniVersion "
              + network.version()
              + " does not support the CHECK command, 0.4.0 does",
          null);
    }
    if (network.disableCheck()) {
      return;
    }
    NetworkResult previous = cache.result(network, attachment).orElse(null);
    if (previous == null) {
      throw new AttachmentCacheException(
          "CHECK of "
              + attachment.containerId()
              + " on network '"
              + network.name()
              + "': no result of its ADD in the cache",
          null);
    }
    for (PluginConfiguration plugin : network.plugins()) {
      runner.run("CHECK", network, plugin, attachment, previous, timeLimit);
    }
  }

  /**
   * STATUS: asks each plugin whether it could serve an ADD now. Succeeds without asking when the
   * network's version, being older than 1.1.0, does not know the question.
   *
   * @param limit how long all plugins together may take
   * @throws PluginException the first plugin's refusal, usually with {@link
   *     PluginException#NOT_AVAILABLE} or {@link PluginException#LIMITED_CONNECTIVITY}
   */
  public void status(NetworkConfiguration network, Duration limit) throws InterruptedException {
    if (!network.version().isAtLeast(SpecVersion.V1_1_0)) {
      return;
    }
    long deadline = System.nanoTime() + limit.toNanos();
    for (PluginConfiguration plugin : network.plugins()) {
      runner.run("STATUS", network, plugin, until(deadline));
    }
  }

  /**
   * Checks that every plugin of a network is installed and speaks the network's version (VERSION).
   * A plugin is asked again only when its program has changed.
   *
   * @param limit how long all plugins together may take to answer
   * @return every capability some plugin declares
   * @throws PluginMissingException when a program is missing
   * @throws ConfigurationException when a plugin does not speak the version
   * @throws PluginException when a plugin does not answer
   */
  public Set<String> validate(NetworkConfiguration network, Duration limit)
      throws InterruptedException {
    network.plugins().forEach(plugin -> directories.find(plugin.type()));
    long deadline = System.nanoTime() + limit.toNanos();
    Set<String> capabilities = new TreeSet<>();
    for (PluginConfiguration plugin : network.plugins()) {
      List<SpecVersion> spoken = versions.of(plugin.type(), until(deadline));
      if (!spoken.contains(network.version())) {
        throw new ConfigurationException(
            "network '"
                + network.name()
                + "': plugin '"
                + plugin.type()
                + "' does not speak cniVersion "
                + network.version()
                + ", only "
                + spoken
                + ": set cniVersion to one of these, or install a newer plugin",
            null);
      }
      capabilities.addAll(plugin.capabilities());
    }
    return capabilities;
  }

  private static Duration until(long deadline) {
    return Duration.ofNanos(Math.max(0, deadline - System.nanoTime()));
  }

  private NetworkResult addAll(NetworkConfiguration network, Attachment attachment)
      throws InterruptedException {
    NetworkResult result = null;
    for (PluginConfiguration plugin : network.plugins()) {
      byte[] answer = runner.run("ADD", network, plugin, attachment, result, timeLimit);
      result = parse(answer, network, plugin, attachment);
    }
    if (result == null) {
      throw new ConfigurationException("network '" + network.name() + "' has no plugins", null);
    }
    return result;
  }

  private static NetworkResult parse(
      byte[] answer,
      NetworkConfiguration network,
      PluginConfiguration plugin,
      Attachment attachment) {
    try {
      return NetworkResult.parse(answer, network.version());
    } catch (IllegalArgumentException e) {
      throw new PluginException(
          plugin.type(),
          PluginException.NO_CODE,
          "ADD of "
              + attachment.containerId()
              + " on network '"
              + network.name()
              + "': CNI plugin "
              + plugin.type()
              + " gave a malformed result: "
              + e.getMessage(),
          e);
    }
  }

  /**
   * DEL after a failed ADD, on a thread of its own: an interrupt of the caller must not cut it off.
   * Unlike {@link #delete} it goes on past a plugin that fails, for the one that broke the chain
   * may fail again and must not keep the others from letting go.
   */
  private void undo(NetworkConfiguration network, Attachment attachment, Exception failure) {
    Thread undoing =
        Thread.ofVirtual()
            .name("cni-undo-" + attachment.containerId())
            .start(() -> deleteAsFarAsPossible(network, attachment, failure));
    boolean interrupted = false;
    while (true) {
      try {
        undoing.join();
        break;
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void deleteAsFarAsPossible(
      NetworkConfiguration network, Attachment attachment, Exception failure) {
    boolean complete = true;
    for (PluginConfiguration plugin : network.plugins().reversed()) {
      try {
        runner.run("DEL", network, plugin, attachment, null, timeLimit);
      } catch (InterruptedException | RuntimeException e) {
        failure.addSuppressed(e);
        complete = false;
      }
    }
    if (complete) {
      try {
        cache.remove(network.name(), attachment);
      } catch (RuntimeException e) {
        failure.addSuppressed(e);
      }
    }
  }
}
