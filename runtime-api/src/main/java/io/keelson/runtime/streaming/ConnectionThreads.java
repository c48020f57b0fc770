package io.keelson.runtime.streaming;

import java.io.IOException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The virtual threads of one connection, which has ended when all of them have. Thread-safe. */
final class ConnectionThreads {
  private static final Logger log = LoggerFactory.getLogger(ConnectionThreads.class);

  private final Set<Thread> running = ConcurrentHashMap.newKeySet();

  /** What a thread does. */
  @FunctionalInterface
  interface Task {
    void run() throws IOException, InterruptedException;
  }

  /** Starts a thread; a failure of its task ends only the thread. */
  Thread start(String name, Task task) {
    Thread thread =
        Thread.ofVirtual()
            .name("streaming-" + name)
            .unstarted(() -> {
              try {
                task.run();
              } catch (IOException | InterruptedException e) {
                log.debug("{} ended: {}", name, e.getMessage());
              } catch (RuntimeException e) {
                log.error("{} failed unexpectedly", name, e);
              } finally {
                running.remove(Thread.currentThread());
              }
            });
    running.add(thread);
    thread.start();
    return thread;
  }

  /** Waits until all have ended, whatever interrupts the wait. */
  void joinAll() {
    boolean interrupted = false;
    while (!running.isEmpty()) {
      for (Thread thread : running) {
        try {
          thread.join();
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
