package io.keelson.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Tells in which folders something was written, made or moved to, by {@code inotify(7)}. Unlike the
 * JDK's watch service it reads nothing before it is asked, and the kernel keeps one of many equal
 * changes in a row: whoever asks rarely has little to do, however much is written.
 *
 * <p>Thread-safe. A thread in {@link #await} is one of the machine's: a virtual one would hold on
 * to its carrier.
 */
public final class Inotify implements AutoCloseable {
  private static final int IN_CLOEXEC_NONBLOCK = 0x80800;
  private static final int IN_MODIFY = 0x2;
  private static final int IN_MOVED_TO = 0x80;
  private static final int IN_CREATE = 0x100;
  private static final int IN_Q_OVERFLOW = 0x4000;
  private static final int IN_ONLYDIR = 0x1000000;
  private static final int EFD_CLOEXEC_NONBLOCK = 0x80800;
  private static final short POLLIN = 1;

  /** {@code struct pollfd}: descriptor, events asked for, events found. */
  private static final int POLLFD_SIZE = 8;

  private static final int POLLFD_EVENTS = 4;
  private static final int POLLFD_FOUND = 6;

  /** {@code struct inotify_event}: watch, mask, cookie, and the length of the name that follows. */
  private static final int EVENT_SIZE = 16;

  private static final int EVENT_MASK = 4;
  private static final int EVENT_NAME_LENGTH = 12;
  private static final int BUFFER_SIZE = 64 * 1024;

  private static final MethodHandle INOTIFY_INIT1 =
      Libc.handle("inotify_init1", FunctionDescriptor.of(JAVA_INT, JAVA_INT));
  private static final MethodHandle INOTIFY_ADD_WATCH =
      Libc.handle(
          "inotify_add_watch", FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT));
  private static final MethodHandle INOTIFY_RM_WATCH =
      Libc.handle("inotify_rm_watch", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT));
  private static final MethodHandle EVENTFD =
      Libc.handle("eventfd", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT));
  private static final MethodHandle EVENTFD_WRITE =
      Libc.handle("eventfd_write", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG));
  private static final MethodHandle POLL =
      Libc.handle("poll", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT));
  private static final MethodHandle READ =
      Libc.handle("read", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG));

  private final Arena arena = Arena.ofShared();
  private final MemorySegment waitState = arena.allocate(Libc.CALL_STATE);
  private final MemorySegment polled = arena.allocate(2L * POLLFD_SIZE, Long.BYTES);
  private final MemorySegment buffer = arena.allocate(BUFFER_SIZE, Long.BYTES);
  private final ReentrantLock waiting = new ReentrantLock();
  private final int descriptor;
  private final int wakeUp;
  private boolean closed;

  /**
   * What has changed since it was last asked.
   *
   * @param watches as {@link #watch} gave them; of folders no longer watched, too
   * @param unknown whether there was more than the kernel could keep: any folder may have changed
   */
  public record Changes(Set<Integer> watches, boolean unknown) {}

  private Inotify() {
    descriptor = opened(INOTIFY_INIT1, "inotify_init1");
    wakeUp = opened();
    polled.set(JAVA_INT, 0, descriptor);
    polled.set(JAVA_SHORT, POLLFD_EVENTS, POLLIN);
    polled.set(JAVA_INT, POLLFD_SIZE, wakeUp);
    polled.set(JAVA_SHORT, POLLFD_SIZE + POLLFD_EVENTS, POLLIN);
  }

  /**
   * Opens a watch over no folder yet.
   *
   * @throws LinuxException {@code EMFILE} when this user has as many as {@code
   *     fs.inotify.max_user_instances} allows
   */
  public static Inotify open() {
    return new Inotify();
  }

  private int opened(MethodHandle init, String call) {
    try {
      int file = (int) init.invokeExact(waitState, IN_CLOEXEC_NONBLOCK);
      if (file < 0) {
        throw Libc.failure(waitState, call, "an inotify instance");
      }
      return file;
    } catch (Throwable e) {
      throw Libc.rethrown(e);
    }
  }

  private int opened() {
    try {
      int file = (int) EVENTFD.invokeExact(waitState, 0, EFD_CLOEXEC_NONBLOCK);
      if (file < 0) {
        LinuxException failure = Libc.failure(waitState, "eventfd", "an inotify instance");
        Libc.close(descriptor);
        throw failure;
      }
      return file;
    } catch (Throwable e) {
      throw Libc.rethrown(e);
    }
  }

  /**
   * Watches a folder, not what is in folders below it.
   *
   * @return a number for it; the same when it is watched already
   * @throws LinuxException {@code ENOENT}, {@code ENOTDIR}, or {@code ENOSPC} when this user has as
   *     many as {@code fs.inotify.max_user_watches} allows
   */
  public synchronized int watch(Path folder) {
    requireOpen();
    try (Arena call = Arena.ofConfined()) {
      MemorySegment state = call.allocate(Libc.CALL_STATE);
      int watch =
          (int)
              INOTIFY_ADD_WATCH.invokeExact(
                  state,
                  descriptor,
                  call.allocateFrom(folder.toString()),
                  IN_MODIFY | IN_CREATE | IN_MOVED_TO | IN_ONLYDIR);
      if (watch < 0) {
        throw Libc.failure(state, "inotify_add_watch", folder.toString());
      }
      return watch;
    } catch (Throwable e) {
      throw Libc.rethrown(e);
    }
  }

  /** Ends the watch over a folder; does nothing when that has ended, as with the folder itself. */
  public synchronized void unwatch(int watch) {
    if (closed) {
      return;
    }
    try (Arena call = Arena.ofConfined()) {
      int ignored =
          (int) INOTIFY_RM_WATCH.invokeExact(call.allocate(Libc.CALL_STATE), descriptor, watch);
    } catch (Throwable e) {
      throw Libc.rethrown(e);
    }
  }

  /**
   * Waits for a change, without taking it.
   *
   * @param limit to the millisecond
   * @return false when there was none, or this was closed meanwhile
   */
  public boolean await(Duration limit) {
    waiting.lock();
    try {
      if (isClosed()) {
        return false;
      }
      // Zero or an interruption by a signal: nothing was found.
      int found = (int) POLL.invokeExact(waitState, polled, 2L, (int) limit.toMillis());
      return found > 0 && polled.get(JAVA_SHORT, POLLFD_FOUND) != 0 && !isClosed();
    } catch (Throwable e) {
      throw Libc.rethrown(e);
    } finally {
      waiting.unlock();
    }
  }

  /** Takes what has changed; nothing when nothing has, or this is closed. Does not wait. */
  public Changes take() {
    Set<Integer> watches = new HashSet<>();
    boolean unknown = false;
    waiting.lock();
    try {
      long length = isClosed() ? 0 : read();
      while (length > 0) {
        for (long at = 0; at < length; ) {
          unknown |= (buffer.get(JAVA_INT, at + EVENT_MASK) & IN_Q_OVERFLOW) != 0;
          watches.add(buffer.get(JAVA_INT, at));
          at += EVENT_SIZE + buffer.get(JAVA_INT, at + EVENT_NAME_LENGTH);
        }
        length = length > BUFFER_SIZE / 2 ? read() : 0;
      }
      return new Changes(watches, unknown);
    } finally {
      waiting.unlock();
    }
  }

  /** How many bytes of events there were; less than zero when there were none. */
  private long read() {
    try {
      return (long) READ.invokeExact(waitState, descriptor, buffer, (long) BUFFER_SIZE);
    } catch (Throwable e) {
      throw Libc.rethrown(e);
    }
  }

  private synchronized boolean isClosed() {
    return closed;
  }

  private void requireOpen() {
    if (closed) {
      throw new IllegalStateException("the watch over folders is closed");
    }
  }

  /** Ends a wait in progress, and lets go of everything. Repeatable. */
  @Override
  public void close() {
    synchronized (this) {
      if (closed) {
        return;
      }
      closed = true;
      try (Arena call = Arena.ofConfined()) {
        int ignored = (int) EVENTFD_WRITE.invokeExact(call.allocate(Libc.CALL_STATE), wakeUp, 1L);
      } catch (Throwable e) {
        throw Libc.rethrown(e);
      }
    }
    waiting.lock();
    try {
      Libc.close(descriptor);
      Libc.close(wakeUp);
      arena.close();
    } finally {
      waiting.unlock();
    }
  }
}
