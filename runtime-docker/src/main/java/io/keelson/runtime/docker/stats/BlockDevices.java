package io.keelson.runtime.docker.stats;

import io.keelson.linux.cgroup.DeviceIo;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The names of block devices, as the kernel's {@code /sys/dev/block} tells them. */
record BlockDevices(Path directory) {

  /** Such as {@code /dev/sda}; empty for a device that is gone. */
  String name(DeviceIo device) {
    try {
      Path link = Files.readSymbolicLink(directory.resolve(device.major() + ":" + device.minor()));
      return "/dev/" + link.getFileName();
    } catch (IOException gone) {
      return "";
    }
  }
}
