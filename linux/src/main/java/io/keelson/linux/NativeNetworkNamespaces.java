package io.keelson.linux;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/** {@link NetworkNamespaces} by {@code unshare(2)}, {@code setns(2)} and bind mounts. */
public final class NativeNetworkNamespaces implements NetworkNamespaces {
  private static final String OWN_NAMESPACE = "/proc/thread-self/ns/net";

  /** More pins on top of each other than any fault of ours could stack. */
  private static final int MAX_STACKED_PINS = 16;

  private final Mounts mounts;

  /** Creates it over the mounts of this process. */
  public NativeNetworkNamespaces() {
    this(new NativeMounts());
  }

  NativeNetworkNamespaces(Mounts mounts) {
    this.mounts = mounts;
  }

  @Override
  public void pin(long pid, Path file) {
    Path namespace = Path.of("/proc", Long.toString(pid), "ns", "net");
    boolean made = makeFile(file);
    if (mounts.isMountPoint(file)) {
      if (isSameFile(namespace, file)) {
        return;
      }
      throw new LinuxException("mount", namespace + " onto " + file, Errno.EEXIST.number());
    }
    try {
      mounts.bind(namespace, file);
    } catch (LinuxException e) {
      discard(file, made);
      throw e;
    }
  }

  @Override
  public void create(Path file) {
    boolean made = makeFile(file);
    if (mounts.isMountPoint(file)) {
      throw new LinuxException("mount", "new namespace onto " + file, Errno.EEXIST.number());
    }
    boolean interrupted = Thread.interrupted();
    try {
      onThread(() -> {
        Libc.unshare(Libc.CLONE_NEWNET);
        Libc.bindMount(OWN_NAMESPACE, file);
        return file;
      });
    } catch (RuntimeException e) {
      discard(file, made);
      throw e;
    } catch (InterruptedException e) {
      // The thread has ended in any case, and the namespace is there: nothing to undo.
      interrupted = true;
    } catch (Exception e) {
      throw new AssertionError(e);
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  @Override
  public boolean isPinned(Path file) {
    return mounts.isMountPoint(file);
  }

  @Override
  public void remove(Path file) {
    for (int i = 0; i < MAX_STACKED_PINS; i++) {
      try {
        mounts.detach(file);
      } catch (LinuxException e) {
        if (e.is(Errno.EINVAL) || e.is(Errno.ENOENT)) {
          break;
        }
        throw e;
      }
    }
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      throw new UncheckedIOException("delete " + file, e);
    }
  }

  @Override
  public <T> T call(Path file, Callable<T> work) throws Exception {
    return onThread(() -> {
      Libc.setns(file, Libc.CLONE_NEWNET);
      return work.call();
    });
  }

  /** The thread never leaves the namespace it enters: it ends, and with it the danger of a leak. */
  private static <T> T onThread(Callable<T> work) throws Exception {
    FutureTask<T> task = new FutureTask<>(work);
    Thread thread = Thread.ofPlatform().name("netns").daemon().start(task);
    boolean interrupted = false;
    while (true) {
      try {
        thread.join();
        break;
      } catch (InterruptedException e) {
        interrupted = true;
        thread.interrupt();
      }
    }
    if (interrupted) {
      throw new InterruptedException("interrupted while a network namespace was in use");
    }
    try {
      return task.get();
    } catch (ExecutionException e) {
      switch (e.getCause()) {
        case Exception cause -> throw cause;
        case Error cause -> throw cause;
        case null, default -> throw e;
      }
    }
  }

  /** Whether there was no such file before; one that is there was left by a process that died. */
  private static boolean makeFile(Path file) {
    try {
      Path parent = file.getParent();
      if (parent != null) {
        Files.createDirectories(parent);
      }
      Files.createFile(file);
      return true;
    } catch (FileAlreadyExistsException e) {
      return false;
    } catch (IOException e) {
      throw new UncheckedIOException("make " + file, e);
    }
  }

  private static void discard(Path file, boolean made) {
    if (made) {
      try {
        Files.deleteIfExists(file);
      } catch (IOException e) {
        throw new UncheckedIOException("delete " + file, e);
      }
    }
  }

  private static boolean isSameFile(Path first, Path second) {
    try {
      return Files.isSameFile(first, second);
    } catch (IOException e) {
      throw new UncheckedIOException("compare " + first + " with " + second, e);
    }
  }
}
