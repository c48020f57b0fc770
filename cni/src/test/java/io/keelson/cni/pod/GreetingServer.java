package io.keelson.cni.pod;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.keelson.linux.NetworkNamespaces;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;

/** Inside a pod's namespace, greets the first who connects. */
final class GreetingServer {
  static final String GREETING = "hello from the pod";

  private static final int TIMEOUT_MILLIS = 5_000;

  private final ServerSocketChannel server;

  private GreetingServer(ServerSocketChannel server) {
    this.server = server;
  }

  /** A socket belongs to the namespace it was opened in, whichever thread uses it afterwards. */
  static GreetingServer listen(NetworkNamespaces namespaces, Path namespace, int port)
      throws Exception {
    return new GreetingServer(
        namespaces.call(
            namespace,
            () -> ServerSocketChannel.open().bind(new InetSocketAddress("0.0.0.0", port))));
  }

  /** Connects from this namespace and returns what the server says; then the server is gone. */
  String greetingAt(String host, int port) throws Exception {
    Thread serving = Thread.ofVirtual().start(this::greetOnce);
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(host, port), TIMEOUT_MILLIS);
      socket.setSoTimeout(TIMEOUT_MILLIS);
      return new String(socket.getInputStream().readAllBytes(), UTF_8);
    } finally {
      server.close();
      serving.join();
    }
  }

  private void greetOnce() {
    try (SocketChannel peer = server.accept()) {
      peer.write(ByteBuffer.wrap(GREETING.getBytes(UTF_8)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
