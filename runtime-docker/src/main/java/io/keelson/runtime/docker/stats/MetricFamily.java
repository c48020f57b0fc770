package io.keelson.runtime.docker.stats;

import io.keelson.runtime.v1.Metric;
import io.keelson.runtime.v1.MetricDescriptor;
import io.keelson.runtime.v1.MetricType;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.ToLongFunction;

/**
 * One metric, as cAdvisor names it, and how its samples come out of a reading.
 *
 * @param ownLabels keys after those that every metric has
 * @param samples none where the reading does not tell
 * @param <T> the reading
 */
record MetricFamily<T>(
    String name,
    String help,
    MetricType type,
    List<String> ownLabels,
    Function<T, List<Sample>> samples) {

  /**
   * A value with its own labels.
   *
   * @param labels values in the order of the family's own keys
   */
  record Sample(long value, List<String> labels) {
    static Sample of(long value, String... labels) {
      return new Sample(value, List.of(labels));
    }
  }

  /** A count that only grows, without labels of its own. */
  static <T> MetricFamily<T> counter(String name, String help, ToLongFunction<T> value) {
    return plain(name, help, MetricType.COUNTER, value);
  }

  /** A value that goes up and down, without labels of its own. */
  static <T> MetricFamily<T> gauge(String name, String help, ToLongFunction<T> value) {
    return plain(name, help, MetricType.GAUGE, value);
  }

  private static <T> MetricFamily<T> plain(
      String name, String help, MetricType type, ToLongFunction<T> value) {
    return new MetricFamily<>(
        name, help, type, List.of(), reading -> List.of(Sample.of(value.applyAsLong(reading))));
  }

  MetricDescriptor descriptor(List<String> commonLabels) {
    return MetricDescriptor.newBuilder()
        .setName(name)
        .setHelp(help)
        .addAllLabelKeys(commonLabels)
        .addAllLabelKeys(ownLabels)
        .build();
  }

  List<Metric> metrics(T reading, List<String> commonValues, long at) {
    List<Metric> metrics = new ArrayList<>();
    for (Sample sample : samples.apply(reading)) {
      metrics.add(
          Metric.newBuilder()
              .setName(name)
              .setTimestamp(at)
              .setMetricType(type)
              .addAllLabelValues(commonValues)
              .addAllLabelValues(sample.labels())
              .setValue(Usage.value(sample.value()))
              .build());
    }
    return metrics;
  }
}
