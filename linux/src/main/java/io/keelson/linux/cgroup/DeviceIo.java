package io.keelson.linux.cgroup;

/**
 * Traffic with one block device since the group exists.
 *
 * @param major the device's major number
 * @param minor the device's minor number
 */
public record DeviceIo(
    int major, int minor, long readBytes, long writtenBytes, long reads, long writes) {}
