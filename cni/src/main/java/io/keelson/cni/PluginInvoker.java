package io.keelson.cni;

import java.io.IOException;

/** Runs plugins' programs. Thread-safe. */
public interface PluginInvoker {

  /**
   * Runs a program to its end. Whatever makes this method throw has also ended the program and all
   * it started.
   *
   * @throws IOException when it could not be started, did not end in time, or wrote too much; the
   *     message says which, in words that follow the program's name
   * @throws InterruptedException when the calling thread was interrupted
   */
  PluginOutcome invoke(PluginCall call) throws IOException, InterruptedException;
}
