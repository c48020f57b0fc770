package io.keelson.runtime.transport;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.unix.PeerCredentials;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets only root and the daemon's own user through a listening unix socket, by the kernel's word
 * (SO_PEERCRED). The file mode says the same; this holds even when somebody changed the mode.
 */
final class PeerCheck extends ChannelInboundHandlerAdapter {
  private static final Logger log = LoggerFactory.getLogger(PeerCheck.class);

  private final int ownUid = ownUid();

  @Override
  public void channelRead(ChannelHandlerContext context, Object accepted) throws IOException {
    EpollDomainSocketChannel connection = (EpollDomainSocketChannel) accepted;
    PeerCredentials peer = connection.peerCredentials();
    if (peer.uid() == 0 || peer.uid() == ownUid) {
      context.fireChannelRead(accepted);
      return;
    }
    connection.unsafe().closeForcibly();
    log.warn(
        "refused a connection of uid {} (pid {}): only root and uid {} may call this socket",
        peer.uid(),
        peer.pid(),
        ownUid);
  }

  private static int ownUid() {
    try {
      return (Integer) Files.getAttribute(Path.of("/proc/self"), "unix:uid");
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read this process's uid from /proc/self", e);
    }
  }
}
