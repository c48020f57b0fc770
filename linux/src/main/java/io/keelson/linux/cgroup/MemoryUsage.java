package io.keelson.linux.cgroup;

/**
 * Memory in use, in bytes.
 *
 * @param usageBytes all of it, page cache included
 * @param anonymousBytes not backed by files
 * @param cacheBytes page cache
 * @param mappedFileBytes page cache that is mapped into programs
 * @param activeFileBytes page cache used lately
 * @param inactiveFileBytes page cache that is dropped first
 * @param swapBytes swapped out
 * @param pageFaults since the group exists
 * @param majorPageFaults those that had to read from a device
 */
public record MemoryUsage(
    long usageBytes,
    long anonymousBytes,
    long cacheBytes,
    long mappedFileBytes,
    long activeFileBytes,
    long inactiveFileBytes,
    long swapBytes,
    long pageFaults,
    long majorPageFaults) {

  /**
   * Usage without the page cache that is dropped first: what Kubernetes evicts by.
   *
   * @return bytes, never negative
   */
  public long workingSetBytes() {
    return Math.max(0, usageBytes - inactiveFileBytes);
  }
}
