package io.keelson.runtime.streaming;

import io.keelson.runtime.streaming.websocket.ChannelForm;
import io.keelson.runtime.streaming.websocket.WebSocketChannels;
import java.util.List;

/** The names of Kubernetes' stream protocols, best first, and what they mean. */
public final class StreamProtocols {
  /** Exec and attach over SPDY. */
  public static final List<String> SPDY_COMMAND =
      List.of("v4.channel.k8s.io", "v3.channel.k8s.io", "v2.channel.k8s.io", "channel.k8s.io");

  /** Exec and attach over WebSocket; a client may also name none. */
  public static final List<String> WEB_SOCKET_COMMAND =
      List.of(
          "v5.channel.k8s.io",
          "v4.channel.k8s.io",
          "v4.base64.channel.k8s.io",
          "channel.k8s.io",
          "base64.channel.k8s.io");

  /** Port-forward over SPDY. */
  public static final String SPDY_PORT_FORWARD = "portforward.k8s.io";

  /** Port-forward's SPDY within a WebSocket. */
  public static final String TUNNEL = "SPDY/3.1+portforward.k8s.io";

  /** Port-forward over WebSocket; a client may also name none. */
  public static final List<String> WEB_SOCKET_PORT_FORWARD =
      List.of(TUNNEL, "v4.channel.k8s.io", "v4.base64.channel.k8s.io");

  /** WebSocket channels of a command. */
  public static final int STDIN_CHANNEL = 0;

  /** See {@link #STDIN_CHANNEL}. */
  public static final int STDOUT_CHANNEL = 1;

  /** See {@link #STDIN_CHANNEL}. */
  public static final int STDERR_CHANNEL = 2;

  /** See {@link #STDIN_CHANNEL}. */
  public static final int ERROR_CHANNEL = 3;

  /** See {@link #STDIN_CHANNEL}. */
  public static final int RESIZE_CHANNEL = 4;

  private StreamProtocols() {}

  /** Whether a command's end is told by a {@code metav1.Status}, else by plain text. */
  public static boolean hasStatusDocument(String protocol) {
    return protocol.startsWith("v4.") || protocol.startsWith("v5.");
  }

  /** Whether a SPDY client sends terminal sizes. */
  public static boolean hasResize(String protocol) {
    return hasStatusDocument(protocol) || protocol.startsWith("v3.");
  }

  /**
   * How messages of a WebSocket protocol are made.
   *
   * @param protocol empty when the client named none
   */
  public static WebSocketChannels.Protocol channels(String protocol) {
    return new WebSocketChannels.Protocol(
        protocol.contains("base64") ? ChannelForm.BASE64 : ChannelForm.BINARY,
        protocol.startsWith("v5."));
  }
}
