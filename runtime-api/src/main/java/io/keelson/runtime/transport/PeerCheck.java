package io.keelson.runtime.transport;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.socket.nio.NioChannelOption;
import io.netty.channel.socket.nio.NioDomainSocketChannel;
import io.netty.channel.unix.PeerCredentials;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.UserPrincipal;
import jdk.net.ExtendedSocketOptions;
import jdk.net.UnixDomainPrincipal;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets only root and the daemon's own user through a listening unix socket, by the kernel's word
 * (SO_PEERCRED). The file mode says the same; this holds even when somebody changed the mode. A
 * peer the kernel says nothing about is refused.
 */
final class PeerCheck extends ChannelInboundHandlerAdapter {
  private static final Logger log = LoggerFactory.getLogger(PeerCheck.class);

  private final int ownUid;
  private final UserPrincipal self;
  private final UserPrincipal root;

  PeerCheck() {
    Path process = Path.of("/proc/self");
    try {
      ownUid = (Integer) Files.getAttribute(process, "unix:uid");
      self = Files.getOwner(process);
      root = Files.getOwner(Path.of("/proc"));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read this process's uid from /proc/self", e);
    }
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    Channel accepted = (Channel) message;
    try {
      Peer peer = peer(accepted);
      if (peer.trusted()) {
        context.fireChannelRead(accepted);
        return;
      }
      log.warn("refused a connection of {}: only root and uid {} may call", peer.name(), ownUid);
    } catch (IOException | RuntimeException e) {
      log.warn("refused a connection: the kernel does not say whose it is", e);
    }
    accepted.unsafe().closeForcibly();
  }

  private record Peer(String name, boolean trusted) {}

  private Peer peer(Channel accepted) throws IOException {
    return switch (accepted) {
      case EpollDomainSocketChannel connection -> {
        PeerCredentials peer = connection.peerCredentials();
        yield new Peer(
            "uid %d (pid %d)".formatted(peer.uid(), peer.pid()),
            peer.uid() == 0 || peer.uid() == ownUid);
      }
      case NioDomainSocketChannel connection -> {
        UnixDomainPrincipal peer =
            connection.config().getOption(NioChannelOption.of(ExtendedSocketOptions.SO_PEERCRED));
        yield new Peer(
            "user " + peer.user().getName(), peer.user().equals(root) || peer.user().equals(self));
      }
      default -> throw new IllegalStateException("not a unix socket: " + accepted);
    };
  }
}
