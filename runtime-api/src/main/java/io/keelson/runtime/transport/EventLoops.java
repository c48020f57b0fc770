package io.keelson.runtime.transport;

import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.NettyServerBuilder;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioDomainSocketChannel;
import io.netty.channel.socket.nio.NioServerDomainSocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The I/O threads that servers and channels of one process share, over Netty's native epoll, or
 * over plain NIO where the native library does not load. Thread-safe; whoever creates it closes it,
 * after everything built from it.
 */
public final class EventLoops implements AutoCloseable {
  /** The largest message either side of a CRI connection takes, in bytes; kubelet's own limit. */
  public static final int MESSAGE_LIMIT = 16 * 1024 * 1024;

  /** The most calls one connection may have open; further ones wait on the caller's side. */
  public static final int CALLS_LIMIT = 4096;

  /**
   * Undoes what gRPC sets on every connection: unix sockets know no keep-alive, and Netty warns of
   * it on each of them.
   */
  private static final @Nullable Boolean NOT_SET = null;

  private final EventLoopGroup group;
  private final boolean epoll;
  private final Executor callbacks;

  private EventLoops(int threads, boolean epoll) {
    this.epoll = epoll;
    this.callbacks =
        Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("grpc-", 0).factory());
    this.group =
        new MultiThreadIoEventLoopGroup(
            threads,
            new DefaultThreadFactory("keelson-io", true),
            epoll ? EpollIoHandler.newFactory() : NioIoHandler.newFactory());
  }

  /**
   * Starts event loops on the best transport this machine has.
   *
   * @param threads I/O threads; one is enough for a daemon or a client, since calls run elsewhere
   */
  public static EventLoops create(int threads) {
    return new EventLoops(threads, Epoll.isAvailable());
  }

  /** Starts event loops on plain NIO, whatever else the machine has. */
  public static EventLoops createNio(int threads) {
    return new EventLoops(threads, false);
  }

  /** Whether the native epoll transport is in use. */
  public boolean isEpoll() {
    return epoll;
  }

  /**
   * A server builder for one endpoint, not yet bound; the caller adds services and says which
   * executor calls run on.
   *
   * @param tls required for a TCP endpoint, not used by a unix one
   */
  public NettyServerBuilder serverBuilder(Endpoint endpoint, @Nullable TlsSettings tls) {
    NettyServerBuilder builder =
        switch (endpoint) {
          case Endpoint.Unix unix ->
              NettyServerBuilder.forAddress(unixAddress(unix))
                  .channelFactory(this::newUnixServerChannel)
                  .withChildOption(ChannelOption.SO_KEEPALIVE, NOT_SET);
          case Endpoint.Tcp tcp ->
              NettyServerBuilder.forAddress(
                      new InetSocketAddress(tcp.host(), tcp.port()), requireTls(tcp, tls))
                  .channelFactory(this::newTcpServerChannel);
        };
    return builder
        .bossEventLoopGroup(group)
        .workerEventLoopGroup(group)
        .maxInboundMessageSize(MESSAGE_LIMIT)
        .permitKeepAliveTime(10, TimeUnit.SECONDS)
        .permitKeepAliveWithoutCalls(true)
        .maxConcurrentCallsPerConnection(CALLS_LIMIT)
        .handshakeTimeout(20, TimeUnit.SECONDS);
  }

  /**
   * A channel to an endpoint; it connects at the first call.
   *
   * @param tls required for a TCP endpoint, not used by a unix one
   */
  public ManagedChannel channel(Endpoint endpoint, @Nullable TlsSettings tls) {
    NettyChannelBuilder builder =
        switch (endpoint) {
          case Endpoint.Unix unix ->
              NettyChannelBuilder.forAddress(unixAddress(unix))
                  .channelType(
                      epoll ? EpollDomainSocketChannel.class : NioDomainSocketChannel.class)
                  .overrideAuthority("localhost")
                  .withOption(ChannelOption.SO_KEEPALIVE, NOT_SET)
                  .usePlaintext();
          case Endpoint.Tcp tcp -> {
            if (tls == null) {
              throw missingTls(tcp);
            }
            yield NettyChannelBuilder.forAddress(
                    new InetSocketAddress(tcp.host(), tcp.port()), tls.channelCredentials())
                .channelType(epoll ? EpollSocketChannel.class : NioSocketChannel.class);
          }
        };
    return builder
        .eventLoopGroup(group)
        .maxInboundMessageSize(MESSAGE_LIMIT)
        .executor(callbacks)
        .build();
  }

  @Override
  public void close() {
    var _ = group.shutdownGracefully(0, 1, TimeUnit.SECONDS);
  }

  private ServerChannel newUnixServerChannel() {
    ServerChannel server =
        epoll ? new EpollServerDomainSocketChannel() : new NioServerDomainSocketChannel();
    server.pipeline().addLast(new PeerCheck());
    return server;
  }

  private ServerChannel newTcpServerChannel() {
    return epoll ? new EpollServerSocketChannel() : new NioServerSocketChannel();
  }

  private SocketAddress unixAddress(Endpoint.Unix unix) {
    return epoll
        ? new DomainSocketAddress(unix.path().toFile())
        : UnixDomainSocketAddress.of(unix.path());
  }

  private static io.grpc.ServerCredentials requireTls(Endpoint.Tcp tcp, @Nullable TlsSettings tls) {
    if (tls == null) {
      throw missingTls(tcp);
    }
    return tls.serverCredentials();
  }

  private static IllegalArgumentException missingTls(Endpoint.Tcp tcp) {
    return new IllegalArgumentException(
        "endpoint "
            + tcp
            + " needs mutual TLS: give a certificate, a key and trusted certificates");
  }
}
