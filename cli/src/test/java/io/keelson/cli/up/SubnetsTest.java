package io.keelson.cli.up;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The search for addresses that no route of the machine leads to. */
final class SubnetsTest {
  private static final String HEADER =
      "Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT";

  /** A line as the kernel writes it: addresses in hexadecimal, their first byte last. */
  private static String route(int destination, int prefix) {
    int mask = prefix == 0 ? 0 : -1 << (32 - prefix);
    return "eth0\t%08X\t00000000\t0001\t0\t0\t0\t%08X\t0\t0\t0"
        .formatted(Integer.reverseBytes(destination & mask), Integer.reverseBytes(mask));
  }

  private static int address(String dotted) {
    int address = 0;
    for (String part : dotted.split("\\.", -1)) {
      address = address << 8 | Integer.parseInt(part);
    }
    return address;
  }

  private static String free(List<String> routes) throws IOException {
    List<String> table = new ArrayList<>(List.of(HEADER));
    table.addAll(routes);
    return Subnets.free(table);
  }

  @ParameterizedTest
  @CsvSource({
    "0.0.0.0,      0, 10.89.0.0/24",
    "192.168.1.0, 24, 10.89.0.0/24",
    "10.88.0.0,   16, 10.89.0.0/24",
    "10.89.0.0,   24, 10.89.1.0/24",
    "10.89.0.0,   23, 10.89.2.0/24",
    "10.89.0.77,  32, 10.89.1.0/24",
    "10.89.0.128, 25, 10.89.1.0/24",
    "10.89.3.0,   24, 10.89.0.0/24",
  })
  void oneRouteIsKeptClearOf(String destination, int prefix, String expected) throws IOException {
    assertThat(free(List.of(route(address(destination), prefix)))).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource({"10.89.0.0, 16", "10.0.0.0, 8", "10.88.0.0, 14"})
  void aRouteOverTheWholeRangeLeavesNothing(String destination, int prefix) {
    assertThatThrownBy(() -> free(List.of(route(address(destination), prefix))))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("every subnet of 10.89.0.0/16 is routed already")
        .hasMessageContaining("/etc/cni/net.d");
  }

  @Test
  void whateverRoutesThereAreTheAnswerIsTheLowestThatTouchesNone() throws IOException {
    Random random = new Random(20261123);
    for (int round = 0; round < 500; round++) {
      List<int[]> taken =
          IntStream.range(0, random.nextInt(60))
              .mapToObj(i -> {
                int prefix = 20 + random.nextInt(13);
                int base = address("10.89.0.0") | random.nextInt(1 << 16);
                return new int[] {base & -1 << (32 - prefix), prefix};
              })
              .toList();

      String found = free(taken.stream().map(r -> route(r[0], r[1])).toList());

      int lowest =
          IntStream.range(0, 256)
              .filter(third -> taken.stream().noneMatch(r -> overlap(r, third)))
              .findFirst()
              .orElseThrow();
      assertThat(found).as("round %d", round).isEqualTo("10.89." + lowest + ".0/24");
    }
  }

  /** By the ends of both ranges, unlike the code under test, which compares bits. */
  private static boolean overlap(int[] route, int third) {
    long first = Integer.toUnsignedLong(route[0]);
    long last = first + (1L << (32 - route[1])) - 1;
    long subnet = Integer.toUnsignedLong(address("10.89." + third + ".0"));
    return first <= subnet + 255 && subnet <= last;
  }
}
