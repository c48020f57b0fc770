package io.keelson.runtime.streaming.client;

import io.keelson.runtime.spi.CriException;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/**
 * A command or an attachment, seen from its client. Each stream is for one thread at a time; {@link
 * #close} may come from any and ends all waiting.
 */
public interface RemoteProcess extends Closeable {

  /** Its input; closing it is the end of input where the protocol has one. */
  OutputStream stdin();

  /** Its output; at its end at once where none was asked for. */
  InputStream stdout();

  /** Its errors; at their end at once where none were asked for. */
  InputStream stderr();

  /**
   * Tells its terminal a new size.
   *
   * @param width in columns
   * @param height in rows
   */
  void resize(int width, int height) throws IOException;

  /**
   * Waits for its end. Output has to be read meanwhile, or it never comes.
   *
   * @return the exit code; 0 also for an attachment that ended well
   * @throws CriException {@code UNKNOWN} with the server's message when it failed otherwise
   * @throws IOException when the connection was lost before
   */
  int awaitExit() throws IOException;

  /** Drops the connection; a command that still runs is killed by the server. */
  @Override
  void close();
}
