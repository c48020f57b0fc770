package io.keelson.runtime.docker.log;

import java.io.IOException;
import java.nio.file.ClosedWatchServiceException;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells when something changes in the folders of many containers, by inotify on one thread. Folders
 * that cannot be watched, since the machine's limit is reached, count as changed every second.
 * Thread-safe.
 */
final class SpoolWatch implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(SpoolWatch.class);
  private static final long TICK_SECONDS = 1;
  private static final long GATHERING_MILLIS = 5;
  // Events are also missed while a write fails; a slow round over all finds what is left.
  private static final int TICKS_PER_ROUND = 5;

  private final WatchService service;
  private final Map<Registration, Runnable> registrations = new ConcurrentHashMap<>();
  private final Map<WatchKey, Registration> byKey = new ConcurrentHashMap<>();

  /** A folder being watched. */
  final class Registration {
    private final @Nullable WatchKey key;

    private Registration(@Nullable WatchKey key) {
      this.key = key;
    }

    /** Ends the watching. */
    void cancel() {
      registrations.remove(this);
      if (key != null) {
        byKey.remove(key);
        key.cancel();
      }
    }
  }

  private SpoolWatch(WatchService service) {
    this.service = service;
  }

  static SpoolWatch start() throws IOException {
    SpoolWatch watch = new SpoolWatch(FileSystems.getDefault().newWatchService());
    Thread.ofVirtual().name("log-watch").start(watch::run);
    return watch;
  }

  /** Calls {@code changed}, which must not block, after each change in a folder. */
  Registration register(Path folder, Runnable changed) {
    WatchKey key = null;
    try {
      key =
          folder.register(
              service, StandardWatchEventKinds.ENTRY_MODIFY, StandardWatchEventKinds.ENTRY_CREATE);
    } catch (IOException e) {
      log.warn(
          "{} is looked at every second, since it cannot be watched: {}", folder, e.toString());
    }
    Registration registration = new Registration(key);
    registrations.put(registration, changed);
    if (key != null) {
      byKey.put(key, registration);
    }
    return registration;
  }

  private void run() {
    try {
      for (int tick = 0; ; ) {
        WatchKey key = service.poll(TICK_SECONDS, TimeUnit.SECONDS);
        if (key == null) {
          tick++;
          changedWithoutEvent(tick % TICKS_PER_ROUND == 0);
          continue;
        }
        // Whoever writes line by line makes an event of each: they are gathered for a moment.
        Thread.sleep(GATHERING_MILLIS);
        for (; key != null; key = service.poll()) {
          key.pollEvents();
          key.reset();
          Registration registration = byKey.get(key);
          if (registration != null) {
            changed(registration);
          }
        }
      }
    } catch (ClosedWatchServiceException | InterruptedException e) {
      log.debug("the watch over container logs has ended");
    }
  }

  private void changedWithoutEvent(boolean all) {
    for (Registration registration : registrations.keySet()) {
      if (all || registration.key == null) {
        changed(registration);
      }
    }
  }

  private void changed(Registration registration) {
    Runnable changed = registrations.get(registration);
    if (changed != null) {
      changed.run();
    }
  }

  @Override
  public void close() {
    try {
      service.close();
    } catch (IOException e) {
      log.debug("closing the watch over container logs failed", e);
    }
  }
}
