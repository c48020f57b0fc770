package io.keelson.runtime.spi;

import io.keelson.runtime.v1.MetricDescriptor;
import io.keelson.runtime.v1.PodSandboxMetrics;
import java.util.List;

/** Optional part of a backend: metrics for the node agent to export. Thread-safe. */
public interface MetricsProvider {

  /** The metrics this backend can give; constant after start. */
  List<MetricDescriptor> metricDescriptors();

  /** Present samples of every sandbox, label values in the order of each descriptor's keys. */
  List<PodSandboxMetrics> podSandboxMetrics() throws InterruptedException;
}
