package io.keelson.runtime.server;

import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallExecutorSupplier;
import io.grpc.ServerServiceDefinition;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.services.HealthStatusManager;
import io.grpc.protobuf.services.ProtoReflectionServiceV1;
import io.keelson.runtime.spi.CallInterception;
import io.keelson.runtime.spi.CriException;
import io.keelson.runtime.spi.RuntimeBackend;
import io.keelson.runtime.streaming.StreamingServer;
import io.keelson.runtime.streaming.StreamingSettings;
import io.keelson.runtime.transport.Endpoint;
import io.keelson.runtime.transport.EventLoops;
import io.keelson.runtime.transport.TlsSettings;
import io.keelson.runtime.transport.UnixSocketFile;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
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
  private static final Duration DEFAULT_CLOSE_LIMIT = Duration.ofSeconds(5);
  private static final Duration REPLY_LIMIT = Duration.ofSeconds(1);
  private static final Duration UNDO_LIMIT = Duration.ofSeconds(10);

  private final List<RuntimeBackend> backends;
  private final List<Listener> listeners;
  private final EventLoops loops;
  private final Clock clock;
  private final Duration closeLimit;
  private final ExecutorService calls =
      Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("call-", 0).factory());
  private final CallRunner runner = new CallRunner(calls);
  private final InFlightCalls inFlight =
      new InFlightCalls(Thread.ofVirtual().name("work-", 0).factory());
  private final StreamingServer streaming;
  private final EventHub events = new EventHub(Thread.ofVirtual().name("events-", 0).factory());
  private final HealthStatusManager health = new HealthStatusManager();
  private final List<Server> servers = new ArrayList<>();
  private final List<UnixSocketFile> sockets = new ArrayList<>();
  private final List<Endpoint> bound = new CopyOnWriteArrayList<>();
  private final AtomicBoolean closing = new AtomicBoolean();
  private final CountDownLatch closed = new CountDownLatch(1);

  private record Listener(Endpoint endpoint, @Nullable TlsSettings tls) {}

  private RuntimeServer(Builder builder, EventLoops loops) {
    this.backends = List.copyOf(builder.backends);
    this.listeners = List.copyOf(builder.listeners);
    this.clock = builder.clock;
    this.closeLimit = builder.closeLimit;
    this.loops = loops;
    this.streaming = new StreamingServer(builder.streaming, System::nanoTime);
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
    private Duration closeLimit = DEFAULT_CLOSE_LIMIT;
    private StreamingSettings streaming = StreamingSettings.DEFAULTS;
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

    /**
     * How long {@link RuntimeServer#close} lets running calls finish; five seconds unless given.
     */
    public Builder closeLimit(Duration limit) {
      this.closeLimit = limit;
      return this;
    }

    /**
     * How clients of exec, attach and port-forward are served; {@link StreamingSettings#DEFAULTS}
     * unless given.
     */
    public Builder streaming(StreamingSettings settings) {
      this.streaming = settings;
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
     * @throws IllegalArgumentException when the streaming server's TLS files cannot be used
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
   * Starts the backends, side by side, then listens. When it fails, whatever was started is closed.
   *
   * @throws IOException when an endpoint cannot be bound; the message says which and why
   * @throws CriException when a backend can never serve in its configuration
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
      streaming.start();
      events.start();
      BackendStarts starts = new BackendStarts(backends, events);
      List<Server> made;
      try {
        List<ServiceTable> services = services();
        made = listeners.stream().map(listener -> serverOf(listener, services)).toList();
      } finally {
        starts.await();
      }
      for (int i = 0; i < made.size(); i++) {
        bind(made.get(i), listeners.get(i).endpoint());
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

  private List<ServiceTable> services() {
    BackendRouter router = new BackendRouter(backends);
    PodLocks locks = new PodLocks();
    var runtimeService =
        new RuntimeServiceCalls(
            new PodSandboxCalls(router, locks, inFlight, events, clock),
            new PodCheckpointCalls(router, locks, inFlight),
            new ContainerCalls(router, locks, inFlight),
            new StreamingCalls(router, streaming),
            new StatsCalls(router),
            new StatusCalls(router, this::endpoints),
            events);
    return List.of(
        runtimeService.table(runner, backends.stream().allMatch(RuntimeBackend::answersFromMemory)),
        ImageServiceCalls.table(runner, new ImageCalls(router, inFlight)));
  }

  private Server serverOf(Listener listener, List<ServiceTable> services) {
    Set<MethodDescriptor<?, ?>> immediate = new HashSet<>(Set.of(HealthGrpc.getCheckMethod()));
    NettyServerBuilder builder = loops.serverBuilder(listener.endpoint(), listener.tls());
    for (ServiceTable service : services) {
      ServerServiceDefinition definition = service.build();
      immediate.addAll(service.immediate());
      health.setStatus(definition.getServiceDescriptor().getName(), ServingStatus.SERVING);
      builder.addService(definition);
    }
    for (RuntimeBackend backend : backends) {
      if (backend instanceof CallInterception interception) {
        builder.intercept(interception.callInterceptor());
      }
    }
    return builder
        .addService(health.getHealthService())
        .addService(ProtoReflectionServiceV1.newInstance())
        // What is answered from memory is answered on the I/O thread: it halves the time it takes.
        .directExecutor()
        .callExecutor(
            new ServerCallExecutorSupplier() {
              @Override
              public <Q, R> Executor getExecutor(ServerCall<Q, R> call, Metadata headers) {
                return immediate.contains(call.getMethodDescriptor()) ? Runnable::run : calls;
              }
            })
        .build();
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

  /** How many exec, attach and port-forward clients are connected. */
  public int streamingConnections() {
    return streaming.openConnections();
  }

  /** Waits until the server is closed. */
  public void awaitTermination() throws InterruptedException {
    closed.await();
  }

  /**
   * Refuses new calls, ends event streams, lets running calls finish for up to the {@linkplain
   * Builder#closeLimit close limit}, interrupts the rest and waits until they have undone what they
   * had begun, then drops streaming clients and closes the backends. When the calling thread is
   * interrupted, it goes through the same steps without waiting. Repeatable.
   */
  @Override
  public void close() {
    if (!closing.compareAndSet(false, true)) {
      return;
    }
    health.enterTerminalState();
    servers.forEach(Server::shutdown);
    events.close();
    try {
      finishCalls();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      servers.forEach(Server::shutdownNow);
      closeStreaming();
      backends.forEach(RuntimeServer::closeBackend);
      sockets.forEach(UnixSocketFile::close);
      loops.close();
      calls.shutdown();
      closed.countDown();
    }
  }

  private void finishCalls() throws InterruptedException {
    if (!awaitEnd(closeLimit)) {
      inFlight.stop(UNDO_LIMIT);
      runner.stop(UNDO_LIMIT);
      awaitEnd(REPLY_LIMIT);
    }
  }

  private boolean awaitEnd(Duration limit) throws InterruptedException {
    long deadline = System.nanoTime() + limit.toNanos();
    boolean ended = true;
    for (Server server : servers) {
      ended &= server.awaitTermination(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
    }
    return ended;
  }

  private void closeStreaming() {
    try {
      streaming.close();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void closeBackend(RuntimeBackend backend) {
    try {
      backend.close();
    } catch (RuntimeException e) {
      log.error("backend {} did not close cleanly", backend.name(), e);
    }
  }
}
