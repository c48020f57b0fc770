package io.keelson.linux.cgroup;

/**
 * Memory and swap a group may use, in bytes; {@link #UNLIMITED} where nothing limits it.
 *
 * @param memoryBytes memory
 * @param swapBytes swap, besides memory
 * @param reservationBytes memory kept for it when the machine runs short; 0 for none
 */
public record MemoryLimits(long memoryBytes, long swapBytes, long reservationBytes) {

  /** No limit. */
  public static final long UNLIMITED = Long.MAX_VALUE;
}
