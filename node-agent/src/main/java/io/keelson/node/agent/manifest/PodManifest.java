package io.keelson.node.agent.manifest;

import io.fabric8.kubernetes.api.model.Pod;

/**
 * A pod as it should run.
 *
 * @param pod the checked manifest, with namespace and uid set; not to be changed
 * @param source the file it came from
 * @param hash changes with the content
 */
public record PodManifest(Pod pod, String source, String hash) {
  /** The pod's name. */
  public String name() {
    return pod.getMetadata().getName();
  }

  /** The pod's namespace. */
  public String namespace() {
    return pod.getMetadata().getNamespace();
  }

  /** The pod's uid: given in the manifest, or made from source and content. */
  public String uid() {
    return pod.getMetadata().getUid();
  }

  /** Namespace and name, as in {@code default/web}: at most one pod of it runs at a time. */
  public String fullName() {
    return namespace() + "/" + name();
  }
}
