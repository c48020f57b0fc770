package io.keelson.runtime.streaming;

import io.keelson.runtime.spi.CriException;
import io.keelson.runtime.spi.StreamingSessions;
import io.keelson.runtime.streaming.http.HttpRefusal;
import io.keelson.runtime.v1.AttachRequest;
import io.keelson.runtime.v1.ExecRequest;
import io.keelson.runtime.v1.PortForwardRequest;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves commands, terminals and ports to clients that hold one of its one-time URLs: over SPDY/3.1
 * and WebSocket, as kubelet, kubectl and crictl speak them. The token in the URL is all the
 * authority a client has; it holds for a minute, once.
 *
 * <p>Started once, closed once. Thread-safe. Each connection is a few virtual threads that block;
 * no buffer grows with a slow reader.
 */
public final class StreamingServer implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(StreamingServer.class);

  /** The most connections at once; further ones are closed unheard. */
  public static final int CONNECTION_LIMIT = 4096;

  private static final int BACKLOG = 256;
  private static final Duration CLOSE_LIMIT = Duration.ofSeconds(10);
  private static final Duration ACCEPT_PAUSE = Duration.ofMillis(100);

  private final StreamingSettings settings;
  private final @Nullable TlsHandshake tls;
  private final OneTimeTokens<Offer> tokens;
  private final Deadlines deadlines;
  private final Semaphore room = new Semaphore(CONNECTION_LIMIT);
  private final Map<Thread, Watch> open = new ConcurrentHashMap<>();
  private volatile boolean closed;
  private @Nullable ServerSocket listener;

  /**
   * Creates a server that listens on nothing yet.
   *
   * @param nanoTime nanoseconds that only ever grow, such as {@link System#nanoTime}
   * @throws IllegalArgumentException when the TLS files cannot be used
   */
  public StreamingServer(StreamingSettings settings, LongSupplier nanoTime) {
    this.settings = settings;
    StreamingTls files = settings.tls();
    this.tls = files == null ? null : new TlsHandshake(files);
    this.tokens = new OneTimeTokens<>(nanoTime);
    this.deadlines = new Deadlines(nanoTime);
  }

  /**
   * Begins to listen.
   *
   * @throws IOException when that is impossible; the message says where and why
   */
  public synchronized void start() throws IOException {
    InetSocketAddress address = new InetSocketAddress(settings.host(), settings.port());
    ServerSocket socket = new ServerSocket();
    try {
      socket.bind(address, BACKLOG);
    } catch (IOException e) {
      socket.close();
      throw new IOException(
          "the streaming server cannot listen on %s port %d: %s; choose another address or port"
              .formatted(settings.host(), settings.port(), e.getMessage()),
          e);
    }
    listener = socket;
    deadlines.start();
    Thread.ofVirtual().name("streaming-accept").start(() -> accept(socket));
    log.info("streaming on {}", baseUrl());
  }

  /**
   * What the URLs of this server begin with, without a slash at the end.
   *
   * @throws IllegalStateException before {@link #start}
   */
  public synchronized String baseUrl() {
    URI given = settings.baseUrl();
    if (given != null) {
      return given.toString().replaceAll("/+$", "");
    }
    if (listener == null) {
      throw new IllegalStateException("the streaming server has not started");
    }
    String host = settings.host().contains(":") ? "[" + settings.host() + "]" : settings.host();
    return "%s://%s:%d".formatted(tls == null ? "http" : "https", host, listener.getLocalPort());
  }

  /**
   * A URL at which a command can be run once.
   *
   * @param request checked, with a full id
   * @throws CriException {@code RESOURCE_EXHAUSTED} when too many URLs wait to be used
   */
  public String exec(ExecRequest request, StreamingSessions sessions) {
    return offer(new Offer.Exec(request, sessions));
  }

  /** A URL at which a container can be attached to once; as {@link #exec}. */
  public String attach(AttachRequest request, StreamingSessions sessions) {
    return offer(new Offer.Attach(request, sessions));
  }

  /** A URL at which one client can forward ports of a pod; as {@link #exec}. */
  public String portForward(PortForwardRequest request, StreamingSessions sessions) {
    return offer(new Offer.PortForward(request, sessions));
  }

  private String offer(Offer offer) {
    return baseUrl() + "/" + offer.verb() + "/" + tokens.issue(offer);
  }

  /**
   * How many connections are open: 0 means that nothing of any client is left, no thread either.
   */
  public int openConnections() {
    return open.size();
  }

  private void accept(ServerSocket socket) {
    while (!closed) {
      try {
        admit(socket.accept());
      } catch (IOException e) {
        if (!closed) {
          log.warn("the streaming server could not accept a connection: {}", e.getMessage());
          pause();
        }
      }
    }
  }

  /** When a machine is out of file descriptors, trying at once again only burns its time. */
  private static void pause() {
    try {
      Thread.sleep(ACCEPT_PAUSE);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void admit(Socket socket) throws IOException {
    if (!room.tryAcquire()) {
      log.warn("{} streaming connections are open, another one is refused", CONNECTION_LIMIT);
      socket.close();
      return;
    }
    Watch watch = new Watch(deadlines, settings.idleTimeout(), reason -> close(socket));
    Thread thread =
        Thread.ofVirtual().name("streaming-connection").unstarted(() -> serve(socket, watch));
    open.put(thread, watch);
    thread.start();
    if (closed) {
      watch.drop("the server closes");
    }
  }

  private void serve(Socket socket, Watch watch) {
    ConnectionThreads threads = new ConnectionThreads();
    try (watch) {
      ConnectionContext context =
          new ConnectionContext(settings.creationTimeout(), deadlines, threads, watch);
      new ClientConnection(socket, tls, this::take, context).serve();
    } catch (InterruptedException e) {
      log.debug("a streaming client went away");
    } catch (RuntimeException e) {
      log.error("a streaming connection failed unexpectedly", e);
    } finally {
      close(socket);
      threads.joinAll();
      open.remove(Thread.currentThread());
      room.release();
    }
  }

  private Offer take(String path) throws HttpRefusal {
    int token = path.lastIndexOf('/');
    Offer offer = tokens.redeem(path.substring(token + 1));
    String prefix = settings.baseUrl() == null ? "" : settings.baseUrl().getRawPath();
    if (offer == null
        || !path.substring(0, token).equals(prefix.replaceAll("/+$", "") + "/" + offer.verb())) {
      throw new HttpRefusal(404, "there is nothing here: the URL is unknown, used or expired");
    }
    return offer;
  }

  private static void close(Socket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      log.debug("closing a streaming connection failed", e);
    }
  }

  /** Stops listening, drops all clients and waits until their sessions are closed. Repeatable. */
  @Override
  public synchronized void close() throws InterruptedException {
    closed = true;
    if (listener != null) {
      try {
        listener.close();
      } catch (IOException e) {
        log.debug("closing the streaming listener failed", e);
      }
    }
    long deadline = System.nanoTime() + CLOSE_LIMIT.toNanos();
    for (Map.Entry<Thread, Watch> connection : open.entrySet()) {
      connection.getValue().drop("the server closes");
    }
    for (Thread thread : open.keySet()) {
      thread.join(Duration.ofNanos(Math.max(1, deadline - System.nanoTime())));
    }
    deadlines.close();
  }
}
