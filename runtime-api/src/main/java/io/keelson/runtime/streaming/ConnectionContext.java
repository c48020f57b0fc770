package io.keelson.runtime.streaming;

import java.time.Duration;

/**
 * What serves one connection.
 *
 * @param creationTimeout how long a client may take to open streams that belong together
 * @param deadlines does things in time
 * @param threads every thread of the connection
 * @param watch over the connection
 */
record ConnectionContext(
    Duration creationTimeout, Deadlines deadlines, ConnectionThreads threads, Watch watch) {

  /** How long a client that has been told everything may take to close its side. */
  static final Duration LINGER = Duration.ofSeconds(5);
}
