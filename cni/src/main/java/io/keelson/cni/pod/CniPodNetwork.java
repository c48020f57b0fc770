package io.keelson.cni.pod;

import io.keelson.runtime.spi.CriException;
import io.keelson.runtime.spi.NetworkAttachment;
import io.keelson.runtime.spi.NetworkAttachmentRequest;
import io.keelson.runtime.spi.PodNetwork;
import io.keelson.runtime.v1.RuntimeCondition;
import java.util.Collection;

/** Attaches pods to the node's default CNI network. Thread-safe. */
public final class CniPodNetwork implements PodNetwork, AutoCloseable {
  private final CniSettings settings;

  /** Creates it; nothing is read before the first call. */
  public CniPodNetwork(CniSettings settings) {
    this.settings = settings;
  }

  @Override
  public RuntimeCondition condition() {
    return RuntimeCondition.newBuilder()
        .setType("NetworkReady")
        .setReason("NoConfiguration")
        .setMessage("no CNI network in " + settings.confDir())
        .build();
  }

  @Override
  public NetworkAttachment attach(NetworkAttachmentRequest request) {
    throw CriException.unavailable("no CNI network in " + settings.confDir(), null);
  }

  @Override
  public void detach(NetworkAttachmentRequest request) {}

  @Override
  public void retainOnly(Collection<String> livePodSandboxIds) {}

  @Override
  public void close() {}
}
