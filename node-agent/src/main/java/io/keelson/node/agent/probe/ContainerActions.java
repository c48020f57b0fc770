package io.keelson.node.agent.probe;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerPort;
import io.fabric8.kubernetes.api.model.ExecAction;
import io.fabric8.kubernetes.api.model.GRPCAction;
import io.fabric8.kubernetes.api.model.HTTPGetAction;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.Probe;
import io.fabric8.kubernetes.api.model.TCPSocketAction;
import io.grpc.Status;
import io.keelson.runtime.client.RuntimeClient;
import io.keelson.runtime.spi.CriException;
import io.keelson.runtime.v1.ExecSyncResponse;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The actions that probes and hooks of a container may have. Thread-safe. */
public final class ContainerActions {
  /** How much of a command's output goes into a message. */
  private static final int OUTPUT_LIMIT = 1024;

  private final RuntimeClient client;

  /** Creates actions that reach into containers by a runtime. */
  public ContainerActions(RuntimeClient client) {
    this.client = client;
  }

  /**
   * Makes one attempt of a probe.
   *
   * @param podIp where the container's ports are, unless the probe names a host
   */
  ProbeOutcome probe(Probe probe, Container container, String containerId, String podIp)
      throws InterruptedException {
    Duration timeout = Duration.ofSeconds(probe.getTimeoutSeconds());
    if (probe.getExec() != null) {
      return exec(probe.getExec(), containerId, timeout);
    } else if (probe.getHttpGet() != null) {
      return httpGet(probe.getHttpGet(), container, podIp, timeout);
    } else if (probe.getTcpSocket() != null) {
      TCPSocketAction action = probe.getTcpSocket();
      return TcpProbe.connect(
          host(action.getHost(), podIp), port(action.getPort(), container), timeout);
    }
    GRPCAction action = probe.getGrpc();
    return GrpcProbe.check(
        podIp, action.getPort(), Objects.requireNonNullElse(action.getService(), ""), timeout);
  }

  /**
   * Runs a command in a container; its exit code 0 is success.
   *
   * @param timeout how long it may run; zero means without limit
   */
  public ProbeOutcome exec(ExecAction action, String containerId, Duration timeout)
      throws InterruptedException {
    try {
      ExecSyncResponse response = client.execSync(containerId, action.getCommand(), timeout);
      if (response.getExitCode() == 0) {
        return ProbeOutcome.SUCCESS;
      }
      String output = response.getStdout().concat(response.getStderr()).toStringUtf8().strip();
      return ProbeOutcome.failure(
          "command ended with %d: %s"
              .formatted(
                  response.getExitCode(),
                  output.substring(0, Math.min(OUTPUT_LIMIT, output.length()))));
    } catch (CriException e) {
      return ProbeOutcome.failure(
          e.code() == Status.Code.DEADLINE_EXCEEDED
              ? "command timed out after " + timeout.toSeconds() + " s"
              : "command could not be run: " + e.getMessage());
    }
  }

  /** Asks for a page; a status from 200 to 399 is success. */
  public ProbeOutcome httpGet(
      HTTPGetAction action, Container container, String podIp, Duration timeout)
      throws InterruptedException {
    return HttpProbe.get(
        action, host(action.getHost(), podIp), port(action.getPort(), container), timeout);
  }

  private static String host(@Nullable String named, String podIp) {
    return named == null || named.isEmpty() ? podIp : named;
  }

  private static int port(IntOrString port, Container container) {
    if (port.getIntVal() != null) {
      return port.getIntVal();
    }
    return container.getPorts().stream()
        .filter(candidate -> port.getStrVal().equals(candidate.getName()))
        .map(ContainerPort::getContainerPort)
        .findFirst()
        .orElseThrow(() -> new IllegalStateException("validated with the manifest"));
  }
}
