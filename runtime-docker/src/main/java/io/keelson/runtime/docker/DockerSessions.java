package io.keelson.runtime.docker;

import io.keelson.linux.LinuxException;
import io.keelson.linux.NetworkNamespaces;
import io.keelson.runtime.docker.engine.DockerEngine;
import io.keelson.runtime.docker.engine.ExecSession.Command;
import io.keelson.runtime.docker.engine.HijackedStream;
import io.keelson.runtime.docker.records.SandboxRecord;
import io.keelson.runtime.spi.ContainerSession;
import io.keelson.runtime.spi.CriException;
import io.keelson.runtime.spi.ExecSession;
import io.keelson.runtime.spi.PortConnection;
import io.keelson.runtime.spi.StreamingSessions;
import io.keelson.runtime.v1.AttachRequest;
import io.keelson.runtime.v1.ContainerState;
import io.keelson.runtime.v1.ExecRequest;
import io.keelson.runtime.v1.PodSandboxState;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** Commands and attachments over the engine's own streams; ports by the pod's network namespace. */
final class DockerSessions implements StreamingSessions {
  private final Inventory inventory;
  private final DockerEngine engine;
  private final NetworkNamespaces namespaces;

  DockerSessions(Inventory inventory, DockerEngine engine, NetworkNamespaces namespaces) {
    this.inventory = inventory;
    this.engine = engine;
    this.namespaces = namespaces;
  }

  @Override
  public ExecSession exec(ExecRequest request) throws InterruptedException {
    DockerContainer container = running(request.getContainerId());
    Command command = new Command(request.getCmdList(), request.getTty(), request.getStdin());
    return new DockerExecSession(
        io.keelson.runtime.docker.engine.ExecSession.start(engine, container.id(), command),
        request);
  }

  @Override
  public ContainerSession attach(AttachRequest request) throws InterruptedException {
    DockerContainer container = running(request.getContainerId());
    boolean tty = container.record().getConfig().getTty();
    DockerAttachSession session =
        new DockerAttachSession(
            engine,
            container.id(),
            HijackedStream.attach(engine, container.id(), request.getStdin(), tty));
    boolean joined = false;
    try {
      // To one that has just ended the engine attaches too, and waits for its next start.
      if (!session.isRunning()) {
        throw notRunning(container.id(), ContainerState.CONTAINER_EXITED);
      }
      joined = true;
      return session;
    } finally {
      if (!joined) {
        session.close();
      }
    }
  }

  private DockerContainer running(String containerId) {
    DockerContainer container = inventory.container(containerId);
    if (container.state() != ContainerState.CONTAINER_RUNNING) {
      throw notRunning(containerId, container.state());
    }
    return container;
  }

  private static CriException notRunning(String containerId, ContainerState state) {
    return CriException.failedPrecondition(
        "container '%s' is in state %s; only a running one has streams"
            .formatted(containerId, state));
  }

  @Override
  public PortConnection connect(String podSandboxId, int port)
      throws IOException, InterruptedException {
    DockerPod pod = inventory.pod(podSandboxId);
    if (pod.state() != PodSandboxState.SANDBOX_READY) {
      throw CriException.failedPrecondition(
          "pod sandbox '%s' is stopped; nothing listens in it".formatted(podSandboxId));
    }
    SandboxRecord record = pod.record();
    if (!DockerPod.hasOwnNetwork(record)) {
      return LocalPort.connect(port);
    }
    Path namespace = Path.of(record.getNetworkNamespace());
    AtomicReference<@Nullable LocalPort> connected = new AtomicReference<>();
    try {
      return namespaces.call(
          namespace,
          () -> {
            LocalPort made = LocalPort.connect(port);
            connected.set(made);
            return made;
          });
    } catch (InterruptedException e) {
      // The connection may have been made nevertheless.
      LocalPort made = connected.get();
      if (made != null) {
        made.close();
      }
      throw e;
    } catch (IOException | LinuxException e) {
      throw e;
    } catch (Exception e) {
      throw new IllegalStateException("connecting to a port threw what it does not declare", e);
    }
  }
}
