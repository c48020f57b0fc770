package io.keelson.node.agent;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.Locale;

/** How this machine is called and reached. */
final class NodeAddress {
  private NodeAddress() {}

  static String hostName() {
    try {
      return InetAddress.getLocalHost().getHostName().toLowerCase(Locale.ROOT);
    } catch (UnknownHostException e) {
      return "localhost";
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
