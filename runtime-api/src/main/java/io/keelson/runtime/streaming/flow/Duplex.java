package io.keelson.runtime.streaming.flow;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/**
 * A connection that carries bytes both ways. One thread reads, another writes; {@link #close} may
 * come from any and ends their waiting.
 */
public interface Duplex extends Closeable {

  /** What the peer sends; buffered. */
  InputStream input();

  /** What the peer receives; buffered, to be flushed. */
  OutputStream output();

  /** Tells the peer that nothing follows what was flushed; reading goes on. */
  void shutdownOutput() throws IOException;

  /** Drops the connection, without waiting for anything. Repeatable. */
  @Override
  void close();
}
