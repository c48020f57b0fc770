package io.keelson.runtime.docker.log;

import io.keelson.linux.Inotify;
import io.keelson.linux.LinuxException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
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
  private static final Duration TICK = Duration.ofSeconds(1);
  private static final long GATHERING_MILLIS = 5;
  // Changes are also missed while a write fails; a slow round over all finds what is left.
  private static final int TICKS_PER_ROUND = 5;

  private final Map<Registration, Runnable> registrations = new ConcurrentHashMap<>();
  private final Map<Integer, Registration> watched = new ConcurrentHashMap<>();
  private @Nullable Inotify inotify;
  private boolean started;
  private volatile boolean closed;

  /** A folder being watched. */
  final class Registration {
    private final @Nullable Integer watch;

    private Registration(@Nullable Integer watch) {
      this.watch = watch;
    }

    /** Ends the watching. */
    void cancel() {
      registrations.remove(this);
      if (watch != null && watched.remove(watch, this)) {
        unwatch(watch);
      }
    }
  }

  /** Calls {@code changed}, which must not block, after each change in a folder. */
  Registration register(Path folder, Runnable changed) {
    Integer watch = watch(folder);
    Registration registration = new Registration(watch);
    registrations.put(registration, changed);
    if (watch != null) {
      watched.put(watch, registration);
    }
    return registration;
  }

  private synchronized @Nullable Integer watch(Path folder) {
    try {
      if (!started) {
        start();
      }
      return inotify == null ? null : inotify.watch(folder);
    } catch (LinuxException e) {
      log.warn(
          "{} is looked at every second, since it cannot be watched ({}); see fs.inotify in"
              + " sysctl(8)",
          folder,
          e.getMessage());
      return null;
    }
  }

  /** At the first folder, for a daemon without containers has no use for it. */
  private void start() {
    started = true;
    Thread.ofPlatform().daemon().name("log-watch").start(this::run);
    inotify = Inotify.open();
  }

  private synchronized void unwatch(int watch) {
    if (inotify != null) {
      inotify.unwatch(watch);
    }
  }

  private synchronized @Nullable Inotify inotify() {
    return inotify;
  }

  private void run() {
    try {
      for (int tick = 0; !closed; ) {
        Inotify watch = inotify();
        if (watch == null) {
          Thread.sleep(TICK);
        } else if (watch.await(TICK)) {
          // Whoever writes line by line makes a change of each: they are gathered for a moment.
          Thread.sleep(GATHERING_MILLIS);
          changed(watch.take());
          continue;
        }
        tick++;
        changedWithoutNews(tick % TICKS_PER_ROUND == 0);
      }
    } catch (InterruptedException e) {
      log.debug("the watch over container logs has ended");
    }
  }

  private void changed(Inotify.Changes changes) {
    if (changes.unknown()) {
      changedWithoutNews(true);
    }
    for (Integer watch : changes.watches()) {
      Registration registration = watched.get(watch);
      if (registration != null) {
        changed(registration);
      }
    }
  }

  private void changedWithoutNews(boolean all) {
    for (Registration registration : registrations.keySet()) {
      if (all || registration.watch == null) {
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
    closed = true;
    Inotify open = inotify();
    if (open != null) {
      open.close();
    }
  }
}
