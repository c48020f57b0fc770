package io.keelson.runtime.spi;

import io.keelson.runtime.v1.RuntimeCondition;
import java.util.Collection;

/**
 * Joins a pod's network namespace to a network. What a backend needs of networking, and all that it
 * knows of it. Thread-safe; calls block.
 */
public interface PodNetwork {

  /** The {@code NetworkReady} condition, with reason and message where it is false. */
  RuntimeCondition condition();

  /**
   * Attaches a namespace. When it fails, by an error or an interrupt, what was done is undone.
   *
   * @throws CriException {@code UNAVAILABLE} when no network is configured, {@code UNKNOWN} when a
   *     plugin failed; the message names network, plugin and cause
   */
  NetworkAttachment attach(NetworkAttachmentRequest request) throws InterruptedException;

  /**
   * Detaches a pod, whether or not it was attached in full and whether or not its namespace still
   * exists. Repeatable.
   *
   * @param request as it was given to {@link #attach}
   */
  void detach(NetworkAttachmentRequest request) throws InterruptedException;

  /**
   * Releases whatever the network still holds for pods that are not among those given: addresses,
   * cached results. Called after recovery.
   *
   * @param livePodSandboxIds every sandbox that may still be attached
   */
  void retainOnly(Collection<String> livePodSandboxIds) throws InterruptedException;
}
