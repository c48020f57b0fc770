package io.keelson.linux;

import java.io.FileInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * What one network interface has carried since it exists.
 *
 * @param name the interface
 */
public record InterfaceCounters(
    String name,
    long receivedBytes,
    long receivedPackets,
    long receiveErrors,
    long receiveDrops,
    long sentBytes,
    long sentPackets,
    long sendErrors,
    long sendDrops) {

  private static final int SIZE_LIMIT = 1024 * 1024;
  private static final int FIELDS = 16;

  /**
   * The interfaces in the network namespace of a process, as {@code proc_pid_net(5)} lists them;
   * nothing is entered or started for that.
   *
   * @param process the process's directory below {@code /proc}
   * @return in the kernel's order; none when the process is gone
   */
  public static List<InterfaceCounters> ofProcess(Path process) {
    List<InterfaceCounters> interfaces = new ArrayList<>();
    for (String line : read(process.resolve("net/dev")).split("\n", -1)) {
      // The two lines of headings have no colon.
      int colon = line.indexOf(':');
      if (colon > 0) {
        String[] fields = line.substring(colon + 1).strip().split(" +", -1);
        if (fields.length >= FIELDS) {
          interfaces.add(
              new InterfaceCounters(
                  line.substring(0, colon).strip(),
                  counter(fields[0]),
                  counter(fields[1]),
                  counter(fields[2]),
                  counter(fields[3]),
                  counter(fields[8]),
                  counter(fields[9]),
                  counter(fields[10]),
                  counter(fields[11])));
        }
      }
    }
    return interfaces;
  }

  private static String read(Path file) {
    try (FileInputStream in = new FileInputStream(file.toString())) {
      return new String(in.readNBytes(SIZE_LIMIT), StandardCharsets.UTF_8);
    } catch (IOException gone) {
      return "";
    }
  }

  private static long counter(String field) {
    try {
      return Long.parseUnsignedLong(field);
    } catch (NumberFormatException e) {
      return 0;
    }
  }
}
