package io.keelson.runtime.streaming;

import io.keelson.runtime.streaming.flow.Duplex;
import io.keelson.runtime.streaming.flow.SocketDuplex;
import io.keelson.runtime.streaming.http.HttpHead;
import io.keelson.runtime.streaming.http.HttpRefusal;
import io.keelson.runtime.streaming.http.SpdyUpgrade;
import io.keelson.runtime.streaming.http.WebSocketUpgrade;
import io.keelson.runtime.streaming.websocket.WebSocket;
import io.keelson.runtime.streaming.websocket.WebSocketTunnel;
import io.keelson.runtime.v1.PortForwardRequest;
import java.io.IOException;
import java.net.ProtocolException;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One client's connection: one HTTP request, and what it upgrades to. */
final class ClientConnection {
  private static final Logger log = LoggerFactory.getLogger(ClientConnection.class);
  private static final Duration REQUEST_LIMIT = Duration.ofSeconds(10);

  private final Socket socket;
  private final @Nullable TlsHandshake tls;
  private final Offers offers;
  private final ConnectionContext context;

  /** Finds what a request's path stands for. */
  @FunctionalInterface
  interface Offers {
    /**
     * Takes it, once.
     *
     * @throws HttpRefusal when there is nothing, or not any more
     */
    Offer take(String path) throws HttpRefusal;
  }

  ClientConnection(
      Socket socket, @Nullable TlsHandshake tls, Offers offers, ConnectionContext context) {
    this.socket = socket;
    this.tls = tls;
    this.offers = offers;
    this.context = context;
  }

  /** Serves the connection to its end. */
  void serve() throws InterruptedException {
    try {
      Duplex transport;
      HttpHead request;
      try (var _ = context.deadlines().after(REQUEST_LIMIT, this::close)) {
        transport = transport();
        request = HttpHead.read(transport.input());
      }
      try {
        serve(transport, request);
      } catch (HttpRefusal e) {
        e.write(transport.output());
        transport.shutdownOutput();
      }
    } catch (IOException e) {
      log.debug("a streaming connection broke off: {}", e.getMessage(), e);
    } finally {
      close();
    }
  }

  private Duplex transport() throws IOException {
    if (tls == null) {
      return new SocketDuplex(socket, socket);
    }
    return new SocketDuplex(socket, tls.secure(socket));
  }

  private void close() {
    try {
      socket.close();
    } catch (IOException e) {
      log.debug("closing a streaming connection failed", e);
    }
  }

  private void serve(Duplex transport, HttpHead request)
      throws IOException, HttpRefusal, InterruptedException {
    switch (offers.take(path(request))) {
      case Offer.Exec(var exec, var sessions) ->
          serveCommand(
              transport,
              request,
              StreamSelection.of(exec),
              new RemoteCommand<>(
                  "error executing command in container",
                  () -> sessions.exec(exec),
                  command -> Outcome.exited(command.awaitExit()),
                  context.threads()));
      case Offer.Attach(var attach, var sessions) ->
          serveCommand(
              transport,
              request,
              StreamSelection.of(attach),
              new RemoteCommand<>(
                  "error attaching to container",
                  () -> sessions.attach(attach),
                  attachment -> new Outcome.Success(),
                  context.threads()));
      case Offer.PortForward(var forward, var sessions) ->
          servePortForward(
              transport,
              request,
              forward,
              new PortRelay(forward.getPodSandboxId(), sessions, context.threads()));
    }
  }

  private static String path(HttpHead request) throws HttpRefusal, ProtocolException {
    String[] words = request.startLine().split(" ", -1);
    if (words.length != 3 || !words[2].equals("HTTP/1.1")) {
      throw new ProtocolException("'" + request.startLine() + "' is no HTTP/1.1 request");
    }
    if (!words[0].equals("GET") && !words[0].equals("POST")) {
      throw new HttpRefusal(405, "use GET or POST", List.of("Allow: GET, POST"));
    }
    return words[1].split("\\?", 2)[0];
  }

  private void serveCommand(
      Duplex transport, HttpHead request, StreamSelection selection, RemoteCommand<?> command)
      throws IOException, HttpRefusal, InterruptedException {
    if (WebSocketUpgrade.isAskedBy(request)) {
      String chosen = WebSocketUpgrade.choose(request, StreamProtocols.WEB_SOCKET_COMMAND);
      HttpHead.write(transport.output(), WebSocketUpgrade.answer(request, chosen));
      new WebSocketCommand(selection, chosen, context).serve(transport, command);
    } else {
      String chosen = chooseSpdy(request, StreamProtocols.SPDY_COMMAND);
      HttpHead.write(transport.output(), SpdyUpgrade.answer(chosen));
      new SpdyCommand(selection, chosen, context).serve(transport, command);
    }
  }

  private void servePortForward(
      Duplex transport, HttpHead request, PortForwardRequest forward, PortRelay relay)
      throws IOException, HttpRefusal, InterruptedException {
    if (!WebSocketUpgrade.isAskedBy(request)) {
      String chosen = chooseSpdy(request, List.of(StreamProtocols.SPDY_PORT_FORWARD));
      HttpHead.write(transport.output(), SpdyUpgrade.answer(chosen));
      new SpdyPortForward(relay, context).serve(transport);
      return;
    }
    String chosen = WebSocketUpgrade.choose(request, StreamProtocols.WEB_SOCKET_PORT_FORWARD);
    if (chosen.equals(StreamProtocols.TUNNEL)) {
      HttpHead.write(transport.output(), WebSocketUpgrade.answer(request, chosen));
      WebSocket socket = WebSocket.server(transport, transport::close);
      new SpdyPortForward(relay, context).serve(new WebSocketTunnel(socket));
      return;
    }
    int ports = forward.getPortCount();
    if (ports < 1 || ports > WebSocketPortForward.PORT_LIMIT) {
      throw new HttpRefusal(
          400,
          "over WebSocket channels 1 to %d ports can be forwarded, not %d"
              .formatted(WebSocketPortForward.PORT_LIMIT, ports));
    }
    HttpHead.write(transport.output(), WebSocketUpgrade.answer(request, chosen));
    new WebSocketPortForward(relay, chosen, context).serve(transport, forward.getPortList());
  }

  private static String chooseSpdy(HttpHead request, List<String> spoken) throws HttpRefusal {
    if (!SpdyUpgrade.isAskedBy(request)) {
      throw new HttpRefusal(
          400, "the request asks for an upgrade to neither SPDY/3.1 nor websocket");
    }
    return SpdyUpgrade.choose(request, spoken);
  }
}
