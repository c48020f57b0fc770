package io.keelson.runtime.spi;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/** A TCP connection into a pod. One thread reads it, another writes. */
public interface PortConnection extends AutoCloseable {

  /** What the pod's process sends. */
  InputStream input() throws IOException;

  /** What the pod's process receives. Closing it ends this direction only. */
  OutputStream output() throws IOException;

  /** Drops the connection, which ends all waiting on it. Repeatable, from any thread. */
  @Override
  void close();
}
