package io.keelson.cni.pod;

import io.keelson.cni.Attachment;
import io.keelson.cni.AttachmentCache;
import io.keelson.cni.CachedAttachment;
import io.keelson.cni.CniException;
import io.keelson.cni.CniRuntime;
import io.keelson.cni.NetworkConfiguration;
import io.keelson.cni.PluginDirectories;
import io.keelson.cni.PluginException;
import io.keelson.cni.PluginInvoker;
import io.keelson.cni.PluginMissingException;
import io.keelson.cni.ProcessPluginInvoker;
import io.keelson.linux.NativeProcessGroups;
import io.keelson.runtime.spi.CriException;
import io.keelson.runtime.spi.NetworkAttachment;
import io.keelson.runtime.spi.NetworkAttachmentRequest;
import io.keelson.runtime.spi.PodNetwork;
import io.keelson.runtime.v1.RuntimeCondition;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Attaches pods to the node's CNI network: the first usable configuration of a folder, which may
 * change at any time. Thread-safe; operations on one pod run one after another.
 *
 * <p>A pod is detached from the network it was attached to, with the configuration of that time,
 * out of the cache: neither the namespace nor the configuration file need exist any longer. The
 * cache may be shared with other users of CNI; only attachments made here are ever released. Two
 * daemons must not share it.
 *
 * <p>The loopback interface is left to whoever makes the namespace.
 */
public final class CniPodNetwork implements PodNetwork, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(CniPodNetwork.class);
  private static final String OWNER = "keelson";
  private static final String CONDITION = "NetworkReady";

  /** What the plugins may take of the second in which a condition must be known. */
  private static final Duration QUESTION_LIMIT = Duration.ofMillis(800);

  private final DefaultNetwork defaultNetwork;
  private final AttachmentCache cache;
  private final CniRuntime runtime;
  private final PodLocks locks = new PodLocks();
  private volatile boolean closed;

  /** Creates it; nothing is read before the first call. */
  public CniPodNetwork(CniSettings settings) {
    this(settings, new ProcessPluginInvoker(new NativeProcessGroups()));
  }

  /**
   * Creates it with a way of its own to run plugins.
   *
   * @param invoker runs the plugins
   */
  public CniPodNetwork(CniSettings settings, PluginInvoker invoker) {
    this.defaultNetwork = new DefaultNetwork(settings.confDir());
    this.cache = new AttachmentCache(settings.cacheDir(), OWNER);
    this.runtime =
        new CniRuntime(
            new PluginDirectories(settings.binDirs()), invoker, cache, settings.timeout());
  }

  /**
   * Whether a pod could be attached now: a usable configuration, every plugin installed and of the
   * right version, and no plugin that says it is not available. Plugins are asked for their version
   * once; networks from version 1.1.0 on are asked for their status each time.
   */
  @Override
  public RuntimeCondition condition() {
    return switch (defaultNetwork.find()) {
      case DefaultNetwork.Nothing(String message) -> notReady("NoConfiguration", message);
      case DefaultNetwork.Unusable(String message) -> notReady("InvalidConfiguration", message);
      case DefaultNetwork.Usable(NetworkConfiguration network) -> ask(network);
    };
  }

  private RuntimeCondition ask(NetworkConfiguration network) {
    try {
      long deadline = System.nanoTime() + QUESTION_LIMIT.toNanos();
      runtime.validate(network, QUESTION_LIMIT);
      runtime.status(network, Duration.ofNanos(Math.max(0, deadline - System.nanoTime())));
      return RuntimeCondition.newBuilder().setType(CONDITION).setStatus(true).build();
    } catch (PluginMissingException e) {
      return notReady("PluginMissing", e.getMessage());
    } catch (PluginException e) {
      return notReady("PluginNotReady", e.getMessage());
    } catch (CniException e) {
      return notReady("InvalidConfiguration", e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return notReady(
          "Interrupted", "the question to the plugins of '" + network.name() + "' was cut off");
    }
  }

  @Override
  public NetworkAttachment attach(NetworkAttachmentRequest request) throws InterruptedException {
    if (closed) {
      throw unavailable(request.podSandboxId(), "the pod network is shutting down");
    }
    Attachment attachment = PodAttachments.of(request);
    NetworkConfiguration network = networkForNewPods(request.podSandboxId());
    return locks.inTurn(request.podSandboxId(), () -> attach(network, attachment));
  }

  private NetworkAttachment attach(NetworkConfiguration network, Attachment attachment)
      throws InterruptedException {
    String id = attachment.containerId();
    NetworkAttachment result;
    try {
      result = PodAttachments.result(runtime.add(network, attachment));
    } catch (PluginMissingException e) {
      throw CriException.unavailable("attach pod sandbox " + id + ": " + e.getMessage(), e);
    } catch (CniException e) {
      throw CriException.unknown("attach pod sandbox " + id + ": " + e.getMessage(), e);
    }
    if (result.addresses().isEmpty()) {
      CriException failure =
          CriException.unknown(
              "attach pod sandbox "
                  + id
                  + ": network '"
                  + network.name()
                  + "' gave it no address: its first plugin needs an 'ipam' section",
              null);
      try {
        runtime.delete(network, attachment);
      } catch (CniException e) {
        failure.addSuppressed(e);
      }
      throw failure;
    }
    return result;
  }

  @Override
  public void detach(NetworkAttachmentRequest request) throws InterruptedException {
    Attachment asked;
    try {
      asked = PodAttachments.of(request);
    } catch (CriException e) {
      LOG.debug("CNI: was never attached, as attaching it is refused", e);
      return;
    }
    Path namespace = existing(request.networkNamespace());
    locks.inTurn(
        request.podSandboxId(),
        () -> {
          try {
            detach(asked.withNetworkNamespace(namespace));
          } catch (CniException e) {
            throw CriException.unknown(
                "detach pod sandbox " + request.podSandboxId() + ": " + e.getMessage(), e);
          }
          return request;
        });
  }

  private void detach(Attachment asked) throws InterruptedException {
    List<CachedAttachment> cached = cache.own(asked.containerId());
    for (CachedAttachment entry : cached) {
      release(entry, asked.networkNamespace());
    }
    // An entry that cannot be read is still a sign that there is something to release.
    if (cached.isEmpty()
        && defaultNetwork.find() instanceof DefaultNetwork.Usable(NetworkConfiguration network)
        && cache.contains(network.name(), asked)) {
      runtime.delete(network, asked);
    }
  }

  /** Undoes an attachment as it was made; one without a result was cut off with its daemon. */
  private void release(CachedAttachment entry, @Nullable Path namespace)
      throws InterruptedException {
    if (entry.result() == null) {
      StrayPlugins.end(entry.attachment().containerId());
    }
    runtime.delete(entry.configuration(), entry.attachment().withNetworkNamespace(namespace));
  }

  /**
   * {@inheritDoc}
   *
   * <p>What cannot be released is logged, stays in the cache, and is tried again next time. No pod
   * that is not among those given may be attached meanwhile.
   *
   * @throws CriException {@code UNKNOWN} when the cache cannot be read
   */
  @Override
  public void retainOnly(Collection<String> livePodSandboxIds) throws InterruptedException {
    Set<String> live = Set.copyOf(livePodSandboxIds);
    for (CachedAttachment entry : cachedAfterRecovery()) {
      String id = entry.attachment().containerId();
      if (live.contains(id)) {
        continue;
      }
      Path namespace = entry.attachment().networkNamespace();
      locks.inTurn(
          id,
          () -> {
            try {
              release(entry, namespace == null ? null : existing(namespace));
              LOG.info("CNI: released what pod sandbox {} had left behind", id);
            } catch (CniException e) {
              LOG.warn(
                  "CNI: pod sandbox {} is gone, and cannot be released: {}", id, e.getMessage());
            }
            return id;
          });
    }
  }

  private List<CachedAttachment> cachedAfterRecovery() {
    try {
      cache.removeUnfinished();
      return cache.own();
    } catch (CniException e) {
      throw CriException.unknown(
          "release what dead pods hold of the network: " + e.getMessage(), e);
    }
  }

  /**
   * Ends attaching: pods that ask from now on are refused as {@code UNAVAILABLE}. What is in
   * progress goes on, and pods can still be detached.
   */
  @Override
  public void close() {
    closed = true;
  }

  private NetworkConfiguration networkForNewPods(String podSandboxId) {
    return switch (defaultNetwork.find()) {
      case DefaultNetwork.Usable(NetworkConfiguration network) -> network;
      case DefaultNetwork.Nothing(String message) -> throw unavailable(podSandboxId, message);
      case DefaultNetwork.Unusable(String message) -> throw unavailable(podSandboxId, message);
    };
  }

  private static CriException unavailable(String podSandboxId, String message) {
    return CriException.unavailable("attach pod sandbox " + podSandboxId + ": " + message, null);
  }

  /**
   * The namespace, or null when it is gone: no file, or the plain file a pin leaves behind, which a
   * namespace is told from by its device.
   */
  private static @Nullable Path existing(Path namespace) {
    try {
      Path parent = namespace.toAbsolutePath().getParent();
      if (parent == null) {
        return null;
      }
      Object device = Files.getAttribute(namespace, "unix:dev");
      return device.equals(Files.getAttribute(parent, "unix:dev")) ? null : namespace;
    } catch (IOException e) {
      return null;
    }
  }

  private static RuntimeCondition notReady(String reason, @Nullable String message) {
    return RuntimeCondition.newBuilder()
        .setType(CONDITION)
        .setReason(reason)
        .setMessage(String.valueOf(message))
        .build();
  }
}
