package io.keelson.linux;

/**
 * A system call that the kernel refused. The message names the call, the object it was made on and
 * the error, as in {@code umount2 /run/x: EBUSY (device or resource busy)}.
 */
public final class LinuxException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final String call;
  private final String object;
  private final int errno;

  LinuxException(String call, String object, int errno) {
    super(call + " " + object + ": " + Errno.describe(errno));
    this.call = call;
    this.object = object;
    this.errno = errno;
  }

  /** The system call, by its name in section 2 of the manual. */
  public String call() {
    return call;
  }

  /** What it was called on: a path, or a few words. */
  public String object() {
    return object;
  }

  /** The error number, as {@code errno(3)} has it. */
  public int errno() {
    return errno;
  }

  /** The symbolic name of the error, such as {@code EBUSY}. */
  public String errnoName() {
    return Errno.nameOf(errno);
  }

  boolean is(Errno expected) {
    return errno == expected.number();
  }
}
