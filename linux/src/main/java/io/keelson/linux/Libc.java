package io.keelson.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.nio.file.Path;

/** Down-calls into the C library; every failure is a {@link LinuxException}. Thread-safe. */
final class Libc {
  static final long MS_BIND = 4096;
  static final long MS_PRIVATE = 1 << 18;
  static final long MS_SLAVE = 1 << 19;
  static final long MS_NOSUID_NODEV = 2 | 4;
  static final long MS_RDONLY = 1;
  static final int MNT_DETACH = 2;
  static final int CLONE_NEWNET = 0x40000000;
  static final int SIGKILL = 9;

  private static final int O_RDONLY_CLOEXEC = 0x80000;

  /** What a call made by {@link #handle} leaves of itself; its first argument. */
  static final StructLayout CALL_STATE = Linker.Option.captureStateLayout();

  private static final Linker LINKER = Linker.nativeLinker();
  private static final VarHandle ERRNO =
      CALL_STATE.varHandle(MemoryLayout.PathElement.groupElement("errno"));

  private static final MethodHandle MOUNT =
      handle(
          "mount", FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS, ADDRESS, JAVA_LONG, ADDRESS));
  private static final MethodHandle UMOUNT2 =
      handle("umount2", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT));
  private static final MethodHandle UNSHARE =
      handle("unshare", FunctionDescriptor.of(JAVA_INT, JAVA_INT));
  private static final MethodHandle SETNS =
      handle("setns", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT));
  private static final MethodHandle OPEN =
      handle("open", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT));
  private static final MethodHandle CLOSE =
      handle("close", FunctionDescriptor.of(JAVA_INT, JAVA_INT));
  private static final MethodHandle KILL =
      handle("kill", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT));

  // The C library has had functions of their own for these calls for a short time only.
  private static final MethodHandle SYSCALL =
      handle(
          "syscall",
          FunctionDescriptor.of(
              JAVA_LONG, JAVA_LONG, JAVA_LONG, ADDRESS, JAVA_LONG, ADDRESS, JAVA_LONG));

  private Libc() {}

  static void bindMount(String source, Path target) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(CALL_STATE);
      int result =
          (int)
              MOUNT.invokeExact(
                  state,
                  arena.allocateFrom(source),
                  arena.allocateFrom(target.toString()),
                  MemorySegment.NULL,
                  MS_BIND,
                  MemorySegment.NULL);
      check(result, state, "mount", source + " onto " + target);
    } catch (Throwable e) {
      throw rethrown(e);
    }
  }

  static void mountNew(String type, Path target, long flags, String options) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(CALL_STATE);
      MemorySegment name = arena.allocateFrom(type);
      int result =
          (int)
              MOUNT.invokeExact(
                  state,
                  name,
                  arena.allocateFrom(target.toString()),
                  name,
                  flags,
                  arena.allocateFrom(options));
      check(result, state, "mount", type + " onto " + target);
    } catch (Throwable e) {
      throw rethrown(e);
    }
  }

  static void umount2(Path target, int flags) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(CALL_STATE);
      int result = (int) UMOUNT2.invokeExact(state, arena.allocateFrom(target.toString()), flags);
      check(result, state, "umount2", target.toString());
    } catch (Throwable e) {
      throw rethrown(e);
    }
  }

  static void unshare(int flags) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(CALL_STATE);
      int result = (int) UNSHARE.invokeExact(state, flags);
      check(result, state, "unshare", "network namespace");
    } catch (Throwable e) {
      throw rethrown(e);
    }
  }

  /** Moves the calling thread into the namespace a file stands for. */
  static void setns(Path namespace, int type) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(CALL_STATE);
      int file =
          (int) OPEN.invokeExact(state, arena.allocateFrom(namespace.toString()), O_RDONLY_CLOEXEC);
      check(file, state, "open", namespace.toString());
      try {
        int result = (int) SETNS.invokeExact(state, file, type);
        check(result, state, "setns", namespace.toString());
      } finally {
        int ignored = (int) CLOSE.invokeExact(state, file);
      }
    } catch (Throwable e) {
      throw rethrown(e);
    }
  }

  /** Sends a signal to a process, or to a process group when the id is negative. */
  static void kill(int id, int signal) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(CALL_STATE);
      int result = (int) KILL.invokeExact(state, id, signal);
      check(result, state, "kill", id < 0 ? "process group " + -id : "process " + id);
    } catch (Throwable e) {
      throw rethrown(e);
    }
  }

  /**
   * A call whose arguments alternate between numbers and addresses, as those on mounts do.
   *
   * @param call its name, for messages
   * @param object what it is about, for messages
   */
  static int syscall(
      String call,
      String object,
      long number,
      long first,
      MemorySegment second,
      long third,
      MemorySegment fourth,
      long fifth) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(CALL_STATE);
      long result = (long) SYSCALL.invokeExact(state, number, first, second, third, fourth, fifth);
      check((int) result, state, call, object);
      return (int) result;
    } catch (Throwable e) {
      throw rethrown(e);
    }
  }

  static void close(int file) {
    try (Arena arena = Arena.ofConfined()) {
      int ignored = (int) CLOSE.invokeExact(arena.allocate(CALL_STATE), file);
    } catch (Throwable e) {
      throw rethrown(e);
    }
  }

  private static void check(int result, MemorySegment state, String call, String object) {
    if (result < 0) {
      throw failure(state, call, object);
    }
  }

  /** What a call that has failed is told as. */
  static LinuxException failure(MemorySegment state, String call, String object) {
    return new LinuxException(call, object, (int) ERRNO.get(state, 0L));
  }

  /** A function of the C library that notes its error. */
  static MethodHandle handle(String name, FunctionDescriptor descriptor) {
    return LINKER.downcallHandle(
        LINKER.defaultLookup().findOrThrow(name),
        descriptor,
        Linker.Option.captureCallState("errno"));
  }

  /** A method handle declares Throwable; only unchecked ones can come out of a down-call. */
  static RuntimeException rethrown(Throwable thrown) {
    return switch (thrown) {
      case RuntimeException e -> e;
      case Error e -> throw e;
      default -> throw new AssertionError(thrown);
    };
  }
}
