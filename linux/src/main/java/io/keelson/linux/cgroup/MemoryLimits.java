package io.keelson.linux.cgroup;

/**
 * Memory and swap a group may use, in bytes; {@link #UNLIMITED} where nothing limits it.
 *
 * @param memoryBytes memory
 * @param swapBytes swap, besides memory
 */
public record MemoryLimits(long memoryBytes, long swapBytes) {

  /** No limit. */
  public static final long UNLIMITED = Long.MAX_VALUE;
}
