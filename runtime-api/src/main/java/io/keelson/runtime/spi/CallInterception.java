package io.keelson.runtime.spi;

import io.grpc.ServerInterceptor;

/**
 * Optional part of a backend: a hand in the calls of the server in front of it, to watch them or to
 * change them. Most backends have no use for it.
 */
public interface CallInterception {

  /**
   * Sees every call of every endpoint of the server, those for other backends included. It must be
   * thread-safe and must not block: some calls are answered on I/O threads. Asked for once for each
   * endpoint.
   */
  ServerInterceptor callInterceptor();
}
