package io.keelson.linux;

import java.util.Arrays;
import java.util.Optional;

/** What a mount forbids, or leaves out, whatever its filesystem would do ({@code mount(8)}). */
public enum MountFlag {
  /** Nothing can be written. */
  READ_ONLY("ro", 0x1),
  /** Programs do not take over their file's owner. */
  NO_SET_USER_ID("nosuid", 0x2),
  /** Device files do not work. */
  NO_DEVICES("nodev", 0x4),
  /** Files cannot be run. */
  NO_EXECUTION("noexec", 0x8),
  /** Access times of files are not kept. */
  NO_ACCESS_TIME("noatime", 0x10),
  /** Access times of directories are not kept. */
  NO_DIRECTORY_ACCESS_TIME("nodiratime", 0x80),
  /** Symbolic links are not followed. */
  NO_SYMBOLIC_LINKS("nosymfollow", 0x200000);

  private final String option;
  private final long attribute;

  MountFlag(String option, long attribute) {
    this.option = option;
    this.attribute = attribute;
  }

  /** Its name among the options of {@code mount(8)}. */
  public String option() {
    return option;
  }

  /** The bit of {@code mount_setattr(2)}. */
  long attribute() {
    return attribute;
  }

  /** The flag {@code mount(8)} calls so, if there is one. */
  public static Optional<MountFlag> ofOption(String option) {
    return Arrays.stream(values()).filter(flag -> flag.option.equals(option)).findFirst();
  }
}
