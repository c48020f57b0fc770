package io.keelson.runtime.fake;

import io.keelson.runtime.spi.ContainerSession;
import io.keelson.runtime.spi.CriException;
import io.keelson.runtime.spi.ExecSession;
import io.keelson.runtime.spi.PortConnection;
import io.keelson.runtime.spi.StreamingSessions;
import io.keelson.runtime.v1.AttachRequest;
import io.keelson.runtime.v1.ExecRequest;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Commands that only pretend, containers that repeat what they are told, and ports that echo. */
final class FakeSessions implements StreamingSessions {
  private static final int CLOSED_PORT = 1;
  private static final int CHARACTER_GENERATOR_PORT = 19;

  private final FakeNode node;
  private final Set<AutoCloseable> open = ConcurrentHashMap.newKeySet();

  FakeSessions(FakeNode node) {
    this.node = node;
  }

  @Override
  public ExecSession exec(ExecRequest request) {
    return session(request.getContainerId(), request.getCmdList(), request.getStdin());
  }

  @Override
  public ContainerSession attach(AttachRequest request) {
    return session(request.getContainerId(), List.of("cat"), request.getStdin());
  }

  private FakeSession session(String containerId, List<String> command, boolean hasInput) {
    FakeContainer container = node.container(containerId);
    FakeSession session =
        new FakeSession(
            command,
            hasInput,
            closed -> {
              open.remove(closed);
              container.left(closed);
            });
    open.add(session);
    if (!container.join(session)) {
      session.close();
      throw CriException.failedPrecondition(
          "container '%s' does not run; nothing can be executed in it".formatted(containerId));
    }
    return session;
  }

  @Override
  public PortConnection connect(String podSandboxId, int port) throws IOException {
    if (!node.pod(podSandboxId).isReady()) {
      throw CriException.failedPrecondition(
          "pod sandbox '%s' is stopped; nothing listens in it".formatted(podSandboxId));
    }
    if (port == CLOSED_PORT) {
      throw new IOException("connection refused: nothing listens on port " + port);
    }
    PortConnection connection =
        port == CHARACTER_GENERATOR_PORT
            ? new CharacterGenerator(open::remove)
            : new EchoConnection(open::remove);
    open.add(connection);
    return connection;
  }

  /** How many sessions and connections clients have. */
  int count() {
    return open.size();
  }
}
