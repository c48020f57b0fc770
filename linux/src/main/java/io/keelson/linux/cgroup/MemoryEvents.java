package io.keelson.linux.cgroup;

/**
 * How far memory went, and how often it ran short.
 *
 * @param peakBytes the most ever in use; 0 where the kernel does not keep it (version 2 before
 *     Linux 5.19)
 * @param kernelBytes now in use by the kernel for the group
 * @param limitHits how often usage ran into the limit
 * @param oomKills processes killed for want of memory
 */
public record MemoryEvents(long peakBytes, long kernelBytes, long limitHits, long oomKills) {}
