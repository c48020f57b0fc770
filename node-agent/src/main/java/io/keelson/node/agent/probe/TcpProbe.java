package io.keelson.node.agent.probe;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;

/** Whether somebody accepts connections. */
final class TcpProbe {
  private TcpProbe() {}

  static ProbeOutcome connect(String host, int port, Duration timeout) {
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(host, port), Math.toIntExact(timeout.toMillis()));
      return ProbeOutcome.SUCCESS;
    } catch (IOException e) {
      return ProbeOutcome.failure("connect to %s:%d: %s".formatted(host, port, e.getMessage()));
    }
  }
}
