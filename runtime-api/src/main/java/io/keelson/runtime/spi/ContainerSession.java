package io.keelson.runtime.spi;

import java.io.IOException;
import java.io.OutputStream;

/**
 * A client's hold on the streams of a process in a container. One thread writes its input, another
 * copies its output, a third may resize it.
 */
public interface ContainerSession extends AutoCloseable {

  /**
   * The process's input. A write waits until the process takes it, and fails once it is gone.
   * Closing it is the end of input; output goes on. Without effect where no input was asked for.
   */
  OutputStream stdin();

  /**
   * Copies what the process writes until its output ends, at the pace of the targets. An interrupt
   * ends it.
   *
   * @param stderr gets nothing when the process has a terminal
   * @throws IOException when the output breaks off, or from one of the targets
   */
  void copyOutput(OutputStream stdout, OutputStream stderr)
      throws IOException, InterruptedException;

  /**
   * Tells the process's terminal its size.
   *
   * @param width columns, 0 to 65535
   * @param height rows, 0 to 65535
   * @throws CriException when that cannot be done, which ends nothing
   */
  void resize(int width, int height) throws InterruptedException;

  /**
   * Lets go of the streams, which ends all waiting on them. A command that was started for this
   * session and still runs is killed; a container's own process is not touched. Not interruptible,
   * repeatable, from any thread.
   */
  @Override
  void close();
}
