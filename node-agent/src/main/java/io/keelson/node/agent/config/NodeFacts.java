package io.keelson.node.agent.config;

import java.nio.file.Path;
import java.util.Map;

/**
 * What pods are told about their node, and where it keeps things for them.
 *
 * @param name the node's name
 * @param hostIp the node's address, for pods in the host's network and for {@code status.hostIP}
 * @param memoryBytes the node's memory, which shares out {@code oom_score_adj}
 * @param milliCpus the node's processors, in thousandths: the limit of a container without one
 * @param logsDirectory holds a directory of logs for each pod
 * @param seccompDirectory holds seccomp profiles of the type Localhost
 * @param resolverFile the resolver configuration pods inherit
 * @param clusterDomain the domain that full host names end with
 * @param runtimeHandlers the runtime handler of each RuntimeClass; one that is not listed has the
 *     handler of its own name
 */
public record NodeFacts(
    String name,
    String hostIp,
    long memoryBytes,
    long milliCpus,
    Path logsDirectory,
    Path seccompDirectory,
    Path resolverFile,
    String clusterDomain,
    Map<String, String> runtimeHandlers) {
  /** Keeps an unchangeable copy. */
  public NodeFacts {
    runtimeHandlers = Map.copyOf(runtimeHandlers);
  }
}
