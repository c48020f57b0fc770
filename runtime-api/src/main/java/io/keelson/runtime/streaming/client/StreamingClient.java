package io.keelson.runtime.streaming.client;

import io.keelson.runtime.streaming.StreamProtocols;
import io.keelson.runtime.streaming.StreamSelection;
import io.keelson.runtime.streaming.flow.Duplex;
import io.keelson.runtime.streaming.flow.SocketDuplex;
import io.keelson.runtime.streaming.http.HttpHead;
import io.keelson.runtime.streaming.http.SpdyUpgrade;
import io.keelson.runtime.streaming.http.WebSocketUpgrade;
import io.keelson.runtime.streaming.websocket.WebSocket;
import io.keelson.runtime.streaming.websocket.WebSocketTunnel;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;

/**
 * Speaks to the URLs that {@code Exec}, {@code Attach} and {@code PortForward} return. Thread-safe;
 * blocking calls are meant for virtual threads.
 */
public final class StreamingClient {
  private static final Duration CONNECT_LIMIT = Duration.ofSeconds(30);
  private static final int REASON_LIMIT = 4096;

  private final Transport transport;
  private final @Nullable SSLContext tls;

  /**
   * Creates a client.
   *
   * @param tls what https URLs are called with; null for the JVM's own trust
   */
  public StreamingClient(Transport transport, @Nullable SSLContext tls) {
    this.transport = transport;
    this.tls = tls;
  }

  /**
   * Begins a command or an attachment.
   *
   * @param url as the runtime returned it, good for one call
   * @param streams the same as in the request it was returned for
   * @throws IOException when the server cannot be reached or refuses; the message has its reason
   */
  public RemoteProcess open(URI url, StreamSelection streams)
      throws IOException, InterruptedException {
    return switch (transport) {
      case SPDY -> {
        Upgraded upgraded = spdy(url, StreamProtocols.SPDY_COMMAND);
        yield SpdyProcess.open(upgraded.transport(), upgraded.protocol(), streams);
      }
      case WEB_SOCKET -> {
        Upgraded upgraded = webSocket(url, List.of("v5.channel.k8s.io"));
        yield new WebSocketProcess(upgraded.transport(), upgraded.protocol(), streams);
      }
    };
  }

  /**
   * Begins a port-forward, over which any number of connections can be opened.
   *
   * @throws IOException as {@link #open}
   */
  public PortForwarding forwardPorts(URI url) throws IOException {
    return switch (transport) {
      case SPDY ->
          new PortForwarding(spdy(url, List.of(StreamProtocols.SPDY_PORT_FORWARD)).transport());
      case WEB_SOCKET -> {
        Duplex connection = webSocket(url, List.of(StreamProtocols.TUNNEL)).transport();
        WebSocket socket = WebSocket.client(connection, connection::close);
        yield new PortForwarding(new WebSocketTunnel(socket));
      }
    };
  }

  private record Upgraded(Duplex transport, String protocol) {}

  private Upgraded spdy(URI url, List<String> offers) throws IOException {
    SocketDuplex connection = connect(url);
    HttpHead answer =
        ask(connection, SpdyUpgrade.request(target(url), url.getRawAuthority(), offers));
    String chosen = SpdyUpgrade.chosen(answer);
    if (chosen.isEmpty()) {
      throw refused(connection, url, answer);
    }
    return new Upgraded(connection, chosen);
  }

  private Upgraded webSocket(URI url, List<String> offers) throws IOException {
    SocketDuplex connection = connect(url);
    String key = WebSocketUpgrade.newKey();
    HttpHead answer =
        ask(connection, WebSocketUpgrade.request(target(url), url.getRawAuthority(), key, offers));
    if (!WebSocketUpgrade.isAnswered(answer, key)) {
      throw refused(connection, url, answer);
    }
    return new Upgraded(connection, answer.first("sec-websocket-protocol"));
  }

  private SocketDuplex connect(URI url) throws IOException {
    boolean secure = "https".equals(url.getScheme());
    int port = url.getPort() > 0 ? url.getPort() : secure ? 443 : 80;
    String host = url.getHost().replaceAll("[\\[\\]]", "");
    Socket socket = new Socket();
    boolean connected = false;
    try {
      socket.connect(new InetSocketAddress(host, port), (int) CONNECT_LIMIT.toMillis());
      SocketDuplex connection =
          new SocketDuplex(socket, secure ? secured(socket, host, port) : socket);
      connected = true;
      return connection;
    } catch (IOException e) {
      throw new IOException("cannot connect to " + url + ": " + e.getMessage(), e);
    } finally {
      if (!connected) {
        socket.close();
      }
    }
  }

  private SSLSocket secured(Socket socket, String host, int port) throws IOException {
    SSLContext context;
    try {
      context = tls == null ? SSLContext.getDefault() : tls;
    } catch (NoSuchAlgorithmException e) {
      throw new IOException("this JVM has no default TLS", e);
    }
    SSLSocket secured =
        (SSLSocket) context.getSocketFactory().createSocket(socket, host, port, true);
    SSLParameters parameters = secured.getSSLParameters();
    parameters.setEndpointIdentificationAlgorithm("HTTPS");
    secured.setSSLParameters(parameters);
    secured.startHandshake();
    return secured;
  }

  private static String target(URI url) {
    String query = url.getRawQuery() == null ? "" : "?" + url.getRawQuery();
    return url.getRawPath() + query;
  }

  private static HttpHead ask(Duplex connection, List<String> request) throws IOException {
    boolean answered = false;
    try {
      HttpHead.write(connection.output(), request);
      HttpHead answer = HttpHead.read(connection.input());
      answered = true;
      return answer;
    } finally {
      if (!answered) {
        connection.close();
      }
    }
  }

  private static IOException refused(Duplex connection, URI url, HttpHead answer)
      throws IOException {
    try (connection) {
      byte[] reason = connection.input().readNBytes(reasonLength(answer));
      return new IOException(
          "%s does not stream: %s: %s"
              .formatted(
                  url, answer.startLine(), new String(reason, StandardCharsets.UTF_8).strip()));
    }
  }

  /** A server may keep the connection open behind its reason: there is no end to wait for. */
  private static int reasonLength(HttpHead answer) {
    try {
      return Math.clamp(Long.parseLong(answer.first("content-length")), 0, REASON_LIMIT);
    } catch (NumberFormatException notTold) {
      return 0;
    }
  }
}
