package io.keelson.runtime.server;

import io.grpc.Server;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.services.HealthStatusManager;
import io.grpc.protobuf.services.ProtoReflectionServiceV1;
import io.keelson.runtime.spi.RuntimeBackend;
import io.keelson.runtime.transport.Endpoint;
import io.keelson.runtime.transport.EventLoops;
import io.keelson.runtime.transport.TlsSettings;
import io.keelson.runtime.transport.UnixSocketFile;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A CRI v1 daemon: {@code RuntimeService} and {@code ImageService}, with health and reflection,
 * over any number of endpoints, in front of one or more backends. The pod's runtime handler chooses
 * the backend; ids find it afterwards.
 *
 * <p>The server owns its backends: it starts them before it listens and closes them after it has
 * stopped serving. Pods outlive it. Started once, closed once; thread-safe.
 */
public final class RuntimeServer implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(RuntimeServer.class);
  private static final Duration FINISH_LIMIT = Duration.ofSeconds(5);

  private final List<RuntimeBackend> backends;
  private final List<Listener> listeners;
  private final EventLoops loops;
  private final Clock clock;
  private final ThreadFactory threads = Thread.ofVirtual().name("work-", 0).factory();
  private final EventHub events = new EventHub(threads);
  private final HealthStatusManager health = new HealthStatusManager();
  private final List<Server> servers = new ArrayList<>();
  private final List<UnixSocketFile> sockets = new ArrayList<>();
  private final List<Endpoint> bound = new ArrayList<>();

  private record Listener(Endpoint endpoint, @Nullable TlsSettings tls) {}

  private RuntimeServer(Builder builder, EventLoops loops) {
    this.backends = List.copyOf(builder.backends);
    this.listeners = List.copyOf(builder.listeners);
    this.clock = builder.clock;
    this.loops = loops;
  }

  /** Begins the description of a server. */
  public static Builder builder() {
    return new Builder();
  }

  /** Describes a server. Not thread-safe. */
  public static final class Builder {
    private final List<RuntimeBackend> backends = new ArrayList<>();
    private final List<Listener> listeners = new ArrayList<>();
    private Clock clock = Clock.systemUTC();
    private @Nullable EventLoops loops;

    private Builder() {}

    /** Adds a backend, which the server then owns; the first one added is the default. */
    public Builder backend(RuntimeBackend backend) {
      backends.add(backend);
      return this;
    }

    /** Listens on a unix socket of mode 0660 that only root and this process's user may call. */
    public Builder listen(Endpoint.Unix endpoint) {
      listeners.add(new Listener(endpoint, null));
      return this;
    }

    /** Listens on a TCP port for clients with a certificate {@code tls} trusts. */
    public Builder listenTls(Endpoint.Tcp endpoint, TlsSettings tls) {
      listeners.add(new Listener(endpoint, tls));
      return this;
    }

    /** The time of day for time stamps in replies; the system's unless given. */
    public Builder clock(Clock clock) {
      this.clock = clock;
      return this;
    }

    /** The I/O threads to serve on, closed with the server; unless given, one of its own. */
    public Builder eventLoops(EventLoops loops) {
      this.loops = loops;
      return this;
    }

    /**
     * Makes the server, without starting anything.
     *
     * @throws IllegalStateException without a backend or without an endpoint
     */
    public RuntimeServer build() {
      if (backends.isEmpty()) {
        throw new IllegalStateException("a server needs at least one backend");
      }
      if (listeners.isEmpty()) {
        throw new IllegalStateException("a server needs at least one endpoint to listen on");
      }
      return new RuntimeServer(
          this, Objects.requireNonNullElseGet(loops, () -> EventLoops.create(1)));
    }
  }

  /**
   * Starts the backends, then listens. When it fails, whatever was started is closed.
   *
   * @throws IOException when an endpoint cannot be bound; the message says which and why
   * @throws InterruptedException when interrupted while a backend starts
   */
  public void start() throws IOException, InterruptedException {
    boolean started = false;
    try {
      // A socket in use must be found before backends touch what another daemon owns.
      for (Listener listener : listeners) {
        if (listener.endpoint() instanceof Endpoint.Unix unix) {
          sockets.add(UnixSocketFile.claim(unix.path()));
        }
      }
      for (RuntimeBackend backend : backends) {
        backend.start(events.sinkFor(backend));
      }
      BackendRouter router = new BackendRouter(backends);
      PodLocks locks = new PodLocks();
      InFlightCalls inFlight = new InFlightCalls(threads);
      CallRunner runner = new CallRunner(loops.calls());
      var runtimeService =
          new RuntimeServiceCalls(
              runner,
              new PodSandboxCalls(router, locks, inFlight, clock),
              new ContainerCalls(router, locks, inFlight),
              new StatsCalls(router),
              new StatusCalls(router),
              events);
      var imageService = new ImageServiceCalls(runner, new ImageCalls(router, inFlight));
      for (Listener listener : listeners) {
        NettyServerBuilder builder = loops.serverBuilder(listener.endpoint(), listener.tls());
        Server server =
            builder
                .addService(runtimeService)
                .addService(imageService)
                .addService(health.getHealthService())
                .addService(ProtoReflectionServiceV1.newInstance())
                .build();
        bind(server, listener.endpoint());
      }
      for (UnixSocketFile socket : sockets) {
        socket.restrict();
      }
      started = true;
    } finally {
      if (!started) {
        close();
      }
    }
  }

  private void bind(Server server, Endpoint endpoint) throws IOException {
    try {
      server.start();
    } catch (IOException e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      throw new IOException(
          "cannot listen on %s: %s; stop what uses it or choose another endpoint"
              .formatted(endpoint, cause.getMessage()),
          e);
    }
    servers.add(server);
    bound.add(
        endpoint instanceof Endpoint.Tcp tcp
            ? new Endpoint.Tcp(
                tcp.host(), ((InetSocketAddress) server.getListenSockets().getFirst()).getPort())
            : endpoint);
    log.info("listening on {}", bound.getLast());
  }

  /** The endpoints listened on, with real port numbers; empty before {@link #start}. */
  public List<Endpoint> endpoints() {
    return List.copyOf(bound);
  }

  /** Waits until the server is closed. */
  public void awaitTermination() throws InterruptedException {
    for (Server server : servers) {
      server.awaitTermination();
    }
  }

  /**
   * Refuses new calls, lets running ones finish for up to five seconds, interrupts the rest, and
   * closes the backends. Repeatable.
   */
  @Override
  public void close() {
    health.enterTerminalState();
    servers.forEach(Server::shutdown);
    events.close();
    long deadline = System.nanoTime() + FINISH_LIMIT.toNanos();
    for (Server server : servers) {
      awaitEnd(server, deadline);
    }
    backends.forEach(RuntimeBackend::close);
    sockets.forEach(UnixSocketFile::close);
    loops.close();
  }

  private static void awaitEnd(Server server, long deadline) {
    try {
      if (!server.awaitTermination(deadline - System.nanoTime(), TimeUnit.NANOSECONDS)) {
        server.shutdownNow();
        server.awaitTermination(1, TimeUnit.SECONDS);
      }
    } catch (InterruptedException e) {
      server.shutdownNow();
      Thread.currentThread().interrupt();
    }
  }
}
