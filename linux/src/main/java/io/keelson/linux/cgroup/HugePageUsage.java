package io.keelson.linux.cgroup;

/**
 * Huge pages of one size.
 *
 * @param pageSize as the kernel writes it, such as {@code 2MB}
 * @param usageBytes now in use
 * @param peakBytes the most ever in use; 0 where the kernel does not keep it (version 2)
 */
public record HugePageUsage(String pageSize, long usageBytes, long peakBytes) {}
