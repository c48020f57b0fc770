package io.keelson.cli.up;

import java.io.IOException;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/** Ranges of private IPv4 addresses. */
final class Subnets {
  private static final int CANDIDATES = 256;
  private static final Pattern COLUMN_BREAK = Pattern.compile("\\s+");

  private Subnets() {}

  /**
   * A /24 below 10.89.0.0/16 that no route of this machine leads to.
   *
   * @param routes the lines of {@code /proc/net/route}
   * @throws IOException when all are taken
   */
  static String free(List<String> routes) throws IOException {
    return IntStream.range(0, CANDIDATES)
        .filter(third -> routes.stream().skip(1).noneMatch(route -> overlaps(route, third)))
        .mapToObj("10.89.%d.0/24"::formatted)
        .findFirst()
        .orElseThrow(() ->
            new IOException(
                "every subnet of 10.89.0.0/16 is routed already; put a CNI configuration into"
                    + " /etc/cni/net.d that suits this machine"));
  }

  private static boolean overlaps(String route, int third) {
    String[] columns = COLUMN_BREAK.split(route.strip(), -1);
    int destination = Integer.reverseBytes(Integer.parseUnsignedInt(columns[1], 16));
    int mask = Integer.reverseBytes(Integer.parseUnsignedInt(columns[7], 16));
    // The default route leads everywhere, and gives way to any other.
    int common = mask & 0xffffff00;
    return mask != 0 && ((destination ^ (10 << 24 | 89 << 16 | third << 8)) & common) == 0;
  }
}
