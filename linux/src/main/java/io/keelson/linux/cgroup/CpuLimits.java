package io.keelson.linux.cgroup;

/**
 * CPU shares and quota.
 *
 * @param shares relative weight as version 1 counts it, 2 to 262144, 1024 for a whole CPU; on
 *     version 2 it is converted from the weight and so not exact
 * @param periodMicros length of an enforcement interval
 * @param quotaMicros CPU time allowed in each; -1 for no quota
 */
public record CpuLimits(long shares, long periodMicros, long quotaMicros) {}
