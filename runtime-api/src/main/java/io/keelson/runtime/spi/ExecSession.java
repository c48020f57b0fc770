package io.keelson.runtime.spi;

/** A command that was started in a container for one client. */
public interface ExecSession extends ContainerSession {

  /**
   * Waits for the command's end, after its output has ended.
   *
   * @return its exit code, 0 to 255; 128 plus the signal's number when one ended it
   * @throws CriException when it could not be started, or its exit code cannot be learned
   */
  int awaitExit() throws InterruptedException;
}
