package io.keelson.linux.cgroup;

/**
 * CPU time in detail.
 *
 * @param userNanos spent in programs
 * @param systemNanos spent in the kernel for them
 * @param periods enforcement intervals in which tasks were ready to run; 0 without a quota
 * @param throttledPeriods those in which the quota was used up
 * @param throttledNanos how long tasks were held up for that
 */
public record CpuTimes(
    long userNanos, long systemNanos, long periods, long throttledPeriods, long throttledNanos) {}
