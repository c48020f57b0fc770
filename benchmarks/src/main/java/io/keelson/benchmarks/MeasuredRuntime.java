package io.keelson.benchmarks;

import io.keelson.runtime.client.RuntimeClient;
import java.io.IOException;
import java.time.Duration;

/** A CRI daemon of the benchmark's own: its own process, socket, state and images. */
interface MeasuredRuntime extends AutoCloseable {

  /** Its name in the report. */
  String name();

  /**
   * Starts the daemon and waits for its first answer.
   *
   * @return from the start of its process to the first answered {@code Version}
   */
  Duration start() throws IOException, InterruptedException;

  /** Gives it the images that pods need; the daemon runs. */
  void takeImages() throws IOException, InterruptedException;

  /** Ends the daemon; its pods and images stay. */
  void stop() throws InterruptedException;

  /** A client of the running daemon. */
  RuntimeClient client();

  /**
   * What a pod's start takes in the engine that the daemon drives, in nanoseconds; zero when it
   * drives none, or none that is known.
   */
  default long engineStartNanos() throws InterruptedException {
    return 0;
  }

  /** What of the daemon's process is in memory now, in bytes. */
  long residentBytes() throws IOException;

  /** Ends everything it started and removes what it made. */
  @Override
  void close() throws IOException, InterruptedException;
}
