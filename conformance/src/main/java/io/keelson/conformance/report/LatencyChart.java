package io.keelson.conformance.report;

import com.google.errorprone.annotations.FormatMethod;
import java.time.Duration;
import java.util.List;
import java.util.Locale;

/** Draws how long calls took, a line for each RPC. */
final class LatencyChart {
  private static final int LEFT = 300;
  private static final int WIDTH = 420;
  private static final int LINE = 22;
  private static final int TEXT = LEFT + WIDTH + 12;
  private static final int PAGE = TEXT + 330;
  private static final double LEAST_MILLIS = 0.1;

  private LatencyChart() {}

  /** As an SVG element. */
  static String of(List<RpcLatency> latencies) {
    double decades =
        latencies.stream()
            .map(rpc -> Math.ceil(Math.log10(millis(rpc.percentile(100)) / LEAST_MILLIS)))
            .max(Double::compare)
            .map(most -> Math.max(1, most))
            .orElse(1.0);
    StringBuilder svg = new StringBuilder();
    int height = (latencies.size() + 1) * LINE + 8;
    svg.append(
        "<svg viewBox=\"0 0 %d %d\" width=\"%d\" height=\"%d\" role=\"img\">\n"
            .formatted(PAGE, height, PAGE, height));
    for (int decade = 0; decade <= decades; decade++) {
      double x = LEFT + WIDTH * decade / decades;
      svg.append(
          number(
              "<line class=\"grid\" x1=\"%.1f\" y1=\"%d\" x2=\"%.1f\" y2=\"%d\"/>",
              x, LINE, x, height));
      svg.append(
          number(
              "<text class=\"scale\" x=\"%.1f\" y=\"14\">%s</text>\n",
              x, scale(LEAST_MILLIS * Math.pow(10, decade))));
    }
    for (int i = 0; i < latencies.size(); i++) {
      line(svg, latencies.get(i), (i + 1) * LINE, decades);
    }
    return svg.append("</svg>\n").toString();
  }

  private static void line(StringBuilder svg, RpcLatency rpc, int top, double decades) {
    double half = x(rpc.percentile(50), decades);
    double most = x(rpc.percentile(99), decades);
    double longest = x(rpc.percentile(100), decades);
    int middle = top + LINE / 2;
    svg.append(
        number(
            "<text x=\"%d\" y=\"%d\" class=\"rpc\">%s</text>",
            LEFT - 10, middle + 4, HtmlReport.escaped(rpc.rpc())));
    svg.append(
        number(
            "<line x1=\"%.1f\" y1=\"%d\" x2=\"%.1f\" y2=\"%d\"/>", half, middle, longest, middle));
    svg.append(
        number(
            "<rect x=\"%.1f\" y=\"%d\" width=\"%.1f\" height=\"10\"/>",
            half, middle - 5, Math.max(2, most - half)));
    svg.append(
        number(
            "<text x=\"%d\" y=\"%d\">%d: p50 %s, p90 %s, p99 %s, max %s</text>\n",
            TEXT,
            middle + 4,
            rpc.times().size(),
            figure(rpc.percentile(50)),
            figure(rpc.percentile(90)),
            figure(rpc.percentile(99)),
            figure(rpc.percentile(100))));
  }

  private static double x(Duration time, double decades) {
    double log = Math.log10(Math.max(millis(time), LEAST_MILLIS) / LEAST_MILLIS);
    return LEFT + WIDTH * Math.min(log, decades) / decades;
  }

  private static double millis(Duration time) {
    return time.toNanos() / 1e6;
  }

  private static String scale(double millis) {
    return millis >= 1000
        ? number("%.0f s", millis / 1000)
        : millis >= 1 ? number("%.0f ms", millis) : number("%.1f ms", millis);
  }

  private static String figure(Duration time) {
    double millis = millis(time);
    return millis >= 1000
        ? number("%.1f s", millis / 1000)
        : millis >= 100 ? number("%.0f ms", millis) : number("%.1f ms", millis);
  }

  @FormatMethod
  private static String number(String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }
}
