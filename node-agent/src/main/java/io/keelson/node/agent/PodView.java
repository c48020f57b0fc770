package io.keelson.node.agent;

import io.fabric8.kubernetes.api.model.PodStatus;
import java.util.List;

/**
 * A pod at one moment, for people to look at.
 *
 * @param namespace the pod's namespace
 * @param name the pod's name
 * @param uid the pod's uid
 * @param phase as Kubernetes has it: {@code Pending}, {@code Running}, {@code Succeeded}, {@code
 *     Failed}
 * @param terminating whether it is being ended
 * @param ready whether all of it takes requests
 * @param ips the pod's addresses, the first one first; empty before there is one
 * @param containers init containers first, each group in the manifest's order
 * @param lastError what failed last and still does; empty when nothing does
 * @param status the same and more, in Kubernetes' words; not to be changed
 */
public record PodView(
    String namespace,
    String name,
    String uid,
    String phase,
    boolean terminating,
    boolean ready,
    List<String> ips,
    List<ContainerView> containers,
    String lastError,
    PodStatus status) {
  /** Keeps unchangeable copies. */
  public PodView {
    ips = List.copyOf(ips);
    containers = List.copyOf(containers);
  }

  /** Namespace and name, as in {@code default/web}. */
  public String fullName() {
    return namespace + "/" + name;
  }
}
