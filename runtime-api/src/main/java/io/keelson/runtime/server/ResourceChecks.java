package io.keelson.runtime.server;

import io.keelson.runtime.v1.HugepageLimit;
import io.keelson.runtime.v1.LinuxContainerResources;
import java.util.regex.Pattern;

/** Checks of resource limits. Zero and the empty string mean "not given", -1 means "no limit". */
final class ResourceChecks {
  private static final Pattern CPU_SET = Pattern.compile("(\\d+(-\\d+)?(,\\d+(-\\d+)?)*)?");
  private static final Pattern PAGE_SIZE = Pattern.compile("\\d+[KMG]B");
  private static final Pattern CGROUP_FILE = Pattern.compile("[a-z0-9_]+(\\.[a-zA-Z0-9_]+)+");
  private static final long MICROS_LEAST = 1_000;
  private static final long MICROS_MOST = 1_000_000;
  private static final long SHARES_MOST = 262_144;

  private ResourceChecks() {}

  static void limits(String field, LinuxContainerResources limits) {
    Fields.range(
        field + ".memory_limit_in_bytes", limits.getMemoryLimitInBytes(), -1, Long.MAX_VALUE);
    Fields.range(
        field + ".memory_swap_limit_in_bytes",
        limits.getMemorySwapLimitInBytes(),
        -1,
        Long.MAX_VALUE);
    if (limits.getCpuPeriod() != 0) {
      Fields.range(field + ".cpu_period", limits.getCpuPeriod(), MICROS_LEAST, MICROS_MOST);
    }
    if (limits.getCpuQuota() > 0) {
      Fields.range(field + ".cpu_quota", limits.getCpuQuota(), MICROS_LEAST, Long.MAX_VALUE);
    } else {
      Fields.range(field + ".cpu_quota", limits.getCpuQuota(), -1, 0);
    }
    Fields.range(field + ".cpu_shares", limits.getCpuShares(), 0, SHARES_MOST);
    Fields.range(field + ".oom_score_adj", limits.getOomScoreAdj(), -1000, 1000);
    Fields.matches(field + ".cpuset_cpus", CPU_SET, limits.getCpusetCpus(), "a list like 0-3,6");
    Fields.matches(field + ".cpuset_mems", CPU_SET, limits.getCpusetMems(), "a list like 0-3,6");
    for (HugepageLimit limit : limits.getHugepageLimitsList()) {
      Fields.matches(
          field + ".hugepage_limits.page_size", PAGE_SIZE, limit.getPageSize(), "a size like 2MB");
    }
    for (String file : limits.getUnifiedMap().keySet()) {
      Fields.matches(field + ".unified key", CGROUP_FILE, file, "a cgroup file like memory.high");
    }
  }
}
