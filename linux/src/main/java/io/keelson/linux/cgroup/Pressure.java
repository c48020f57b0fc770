package io.keelson.linux.cgroup;

/**
 * Time lost waiting for a resource, by the kernel's pressure stall information.
 *
 * @param some time in which at least one task waited
 * @param full time in which every task waited; zero where the kernel does not count it
 */
public record Pressure(Stall some, Stall full) {

  /**
   * One kind of waiting.
   *
   * @param totalMicros since the group exists
   * @param avg10 percentage of the last 10 seconds
   * @param avg60 percentage of the last 60 seconds
   * @param avg300 percentage of the last 300 seconds
   */
  public record Stall(long totalMicros, double avg10, double avg60, double avg300) {
    static final Stall NONE = new Stall(0, 0, 0, 0);
  }
}
