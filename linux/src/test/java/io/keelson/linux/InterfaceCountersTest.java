package io.keelson.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InterfaceCountersTest {
  @TempDir private Path process;

  @Test
  void readsEachInterfaceAsTheKernelListsIt() throws IOException {
    Files.createDirectory(process.resolve("net"));
    Files.writeString(
        process.resolve("net/dev"),
        """
        Inter-|   Receive                                                |  Transmit
         face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed
            lo:     100       2    0    0    0     0          0         0      100       2    0    0    0     0       0          0
          eth0:18446744073709551615  11    1    2    0     0          0         7     4000      12    3    4    0     0       0          0
        """);

    assertThat(InterfaceCounters.ofProcess(process))
        .containsExactly(
            new InterfaceCounters("lo", 100, 2, 0, 0, 100, 2, 0, 0),
            new InterfaceCounters("eth0", -1, 11, 1, 2, 4000, 12, 3, 4));
  }

  @Test
  void aProcessThatHasEndedHasNoInterfaces() {
    assertThat(InterfaceCounters.ofProcess(process.resolve("gone"))).isEmpty();
  }
}
