package io.keelson.runtime.docker.stats;

import io.keelson.linux.Filesystems;
import io.keelson.linux.LinuxException;
import io.keelson.linux.cgroup.Cgroup;
import io.keelson.linux.cgroup.DeviceIo;
import io.keelson.runtime.docker.stats.MetricFamily.Sample;
import io.keelson.runtime.v1.MetricType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.ToLongFunction;
import java.util.stream.Stream;

/** The metrics of a container's writable layer and of its traffic with block devices. */
final class FilesystemMetrics {
  private static final List<String> DEVICE = List.of("device");

  private final BlockDevices devices;

  FilesystemMetrics(BlockDevices devices) {
    this.devices = devices;
  }

  /**
   * The filesystem writable layers are on.
   *
   * @param device where it is
   */
  record LayerFilesystem(String device, Filesystems.Capacity capacity) {

    /** Empty when the filesystem cannot be asked. */
    static Optional<LayerFilesystem> of(Path folder, Filesystems filesystems) {
      try {
        return Optional.of(
            new LayerFilesystem(Files.getFileStore(folder).name(), filesystems.capacity(folder)));
      } catch (IOException | LinuxException e) {
        return Optional.empty();
      }
    }
  }

  /** What one writable layer takes of its filesystem. */
  record LayerShare(String device, LayerMeter.Count count) {}

  /** The size of the filesystem. */
  static final List<MetricFamily<LayerFilesystem>> CAPACITY =
      List.of(
          size(
              "container_fs_limit_bytes",
              "Size of the filesystem of its writable layer, in bytes.",
              f -> f.capacity().bytes()),
          size(
              "container_fs_inodes_total",
              "Inodes of the filesystem of its writable layer.",
              f -> f.capacity().inodes()),
          size(
              "container_fs_inodes_free",
              "Free inodes of the filesystem of its writable layer.",
              f -> f.capacity().freeInodes()));

  private static MetricFamily<LayerFilesystem> size(
      String name, String help, ToLongFunction<LayerFilesystem> figure) {
    return new MetricFamily<>(
        name,
        help,
        MetricType.GAUGE,
        DEVICE,
        f -> List.of(Sample.of(figure.applyAsLong(f), f.device())));
  }

  /** What the writable layer takes. */
  static final List<MetricFamily<LayerShare>> USAGE =
      List.of(
          new MetricFamily<>(
              "container_fs_usage_bytes",
              "What its writable layer takes, in bytes.",
              MetricType.GAUGE,
              DEVICE,
              share -> List.of(Sample.of(share.count().bytes(), share.device()))));

  /** Traffic with block devices. */
  MetricGroup<Cgroup, List<DeviceIo>> io() {
    return new MetricGroup<>(
        cgroup -> Optional.of(cgroup.io()),
        List.of(
            traffic(
                "container_fs_reads_bytes_total", "Bytes read from a device.", DeviceIo::readBytes),
            traffic("container_fs_reads_total", "Reads from a device.", DeviceIo::reads),
            traffic(
                "container_fs_writes_bytes_total",
                "Bytes written to a device.",
                DeviceIo::writtenBytes),
            traffic("container_fs_writes_total", "Writes to a device.", DeviceIo::writes),
            new MetricFamily<>(
                "container_blkio_device_usage_total",
                "Bytes read from and written to a device.",
                MetricType.COUNTER,
                List.of("device", "major", "minor", "operation"),
                io -> io.stream().flatMap(this::readAndWrite).toList())));
  }

  private MetricFamily<List<DeviceIo>> traffic(
      String name, String help, ToLongFunction<DeviceIo> figure) {
    return new MetricFamily<>(
        name,
        help,
        MetricType.COUNTER,
        DEVICE,
        io -> io.stream().map(d -> Sample.of(figure.applyAsLong(d), devices.name(d))).toList());
  }

  private Stream<Sample> readAndWrite(DeviceIo device) {
    String name = devices.name(device);
    String major = Integer.toString(device.major());
    String minor = Integer.toString(device.minor());
    return Stream.of(
        Sample.of(device.readBytes(), name, major, minor, "Read"),
        Sample.of(device.writtenBytes(), name, major, minor, "Write"));
  }
}
