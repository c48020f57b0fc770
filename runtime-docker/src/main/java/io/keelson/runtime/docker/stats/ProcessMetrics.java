package io.keelson.runtime.docker.stats;

import static io.keelson.runtime.docker.stats.MetricFamily.gauge;

import io.keelson.runtime.docker.stats.MetricFamily.Sample;
import io.keelson.runtime.v1.MetricType;
import java.util.List;

/** The metrics of a container's processes, out of {@code /proc}. */
final class ProcessMetrics {
  private ProcessMetrics() {}

  /** Of all processes. */
  static final List<MetricFamily<ProcessFigures>> ALL =
      List.of(
          gauge("container_processes", "Processes.", ProcessFigures::count),
          gauge("container_file_descriptors", "Open files.", ProcessFigures::descriptors),
          gauge("container_sockets", "Open sockets.", ProcessFigures::sockets));

  /** Of the first one. */
  static final List<MetricFamily<Long>> LIMITS =
      List.of(
          new MetricFamily<>(
              "container_ulimits_soft",
              "Soft limits of its first process.",
              MetricType.GAUGE,
              List.of("ulimit"),
              limit -> List.of(Sample.of(limit, "max_open_files"))));

  /** Times of its life, in seconds since the Unix epoch. */
  static final List<MetricFamily<Life>> LIFE =
      List.of(
          gauge(
              "container_start_time_seconds",
              "When it started, in seconds since the Unix epoch.",
              life -> life.startedAt() / EpochNanos.IN_SECOND),
          gauge(
              "container_last_seen",
              "When it was last measured, in seconds since the Unix epoch.",
              life -> life.now() / EpochNanos.IN_SECOND));

  /**
   * A running container's times, in nanoseconds since the Unix epoch.
   *
   * @param startedAt when it started
   * @param now the present
   */
  record Life(long startedAt, long now) {}
}
