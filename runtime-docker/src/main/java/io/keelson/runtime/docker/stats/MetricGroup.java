package io.keelson.runtime.docker.stats;

import io.keelson.runtime.v1.Metric;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * Metrics that come out of one reading, which is made once for all of them.
 *
 * @param reading empty where there is nothing to be read: the metrics are left out then
 * @param <S> what is read
 * @param <T> the reading
 */
record MetricGroup<S, T>(Function<S, Optional<T>> reading, List<MetricFamily<T>> families) {

  List<Metric> metrics(S source, List<String> commonValues, long at) {
    return reading
        .apply(source)
        .map(read ->
            families.stream().flatMap(f -> f.metrics(read, commonValues, at).stream()).toList())
        .orElse(List.of());
  }

  /** The same metrics of something that has a source. */
  <R> MetricGroup<R, T> of(Function<R, S> source) {
    return new MetricGroup<>(holder -> reading.apply(source.apply(holder)), families);
  }
}
