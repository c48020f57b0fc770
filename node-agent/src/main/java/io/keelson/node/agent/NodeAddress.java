package io.keelson.node.agent;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/** How this machine is called and reached. */
final class NodeAddress {
  private static final Path HOST_NAME = Path.of("/proc/sys/kernel/hostname");

  private NodeAddress() {}

  /** The kernel's word for it: asking a resolver may take long and say something else. */
  static String hostName() {
    try {
      return Files.readString(HOST_NAME).strip().toLowerCase(Locale.ROOT);
    } catch (IOException e) {
      throw new UncheckedIOException("read this machine's name", e);
    }
  }

  /** The address that packets to the world leave by; the loopback one where there is no way out. */
  static String outgoing() {
    try (DatagramSocket socket = new DatagramSocket()) {
      // Connecting a datagram socket only looks up the route: nothing is sent.
      socket.connect(new InetSocketAddress("192.0.2.1", 9));
      String address = socket.getLocalAddress().getHostAddress();
      return socket.getLocalAddress().isAnyLocalAddress()
          ? InetAddress.getLoopbackAddress().getHostAddress()
          : address;
    } catch (IOException | UncheckedIOException e) {
      return InetAddress.getLoopbackAddress().getHostAddress();
    }
  }
}
