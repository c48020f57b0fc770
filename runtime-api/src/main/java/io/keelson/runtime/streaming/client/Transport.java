package io.keelson.runtime.streaming.client;

/** The two ways to speak to a streaming server. */
public enum Transport {
  /** SPDY/3.1, which every CRI runtime serves. */
  SPDY,
  /** WebSocket: {@code v5.channel.k8s.io}, and for ports a tunnel that holds SPDY. */
  WEB_SOCKET
}
