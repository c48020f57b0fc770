package io.keelson.linux.cgroup;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A folder with files as the kernel shows them, to be read in place of a real mount. */
record CgroupTree(Path mount) {

  /** Version 2. */
  static CgroupTree unified(Path mount) throws IOException {
    return new CgroupTree(mount).file("cgroup.controllers", "cpuset cpu io memory hugetlb pids\n");
  }

  CgroupTree file(String path, String text) throws IOException {
    Path file = mount.resolve(path);
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
    return this;
  }

  Cgroups cgroups() {
    return Cgroups.mountedAt(mount);
  }

  /** The container whose process is in a group, the last name of its path being the id. */
  Cgroup container(String path) throws IOException {
    file(
        "process/cgroup",
        "1:cpu,cpuacct,memory,pids,blkio,hugetlb:%s%n0::%s%n".formatted(path, path));
    return cgroups()
        .ofContainer(mount.resolve("process"), path.substring(path.lastIndexOf('/') + 1))
        .orElseThrow();
  }
}
