package io.keelson.runtime.docker.stats;

import io.keelson.linux.InterfaceCounters;
import io.keelson.runtime.docker.stats.MetricFamily.Sample;
import io.keelson.runtime.v1.MetricType;
import java.util.List;
import java.util.function.ToLongFunction;

/** The metrics of a pod's network interfaces. */
final class NetworkMetrics {
  private NetworkMetrics() {}

  static final List<MetricFamily<List<InterfaceCounters>>> ALL =
      List.of(
          counter(
              "container_network_receive_bytes_total",
              "Bytes received.",
              InterfaceCounters::receivedBytes),
          counter(
              "container_network_receive_packets_total",
              "Packets received.",
              InterfaceCounters::receivedPackets),
          counter(
              "container_network_receive_packets_dropped_total",
              "Packets dropped while receiving.",
              InterfaceCounters::receiveDrops),
          counter(
              "container_network_receive_errors_total",
              "Errors while receiving.",
              InterfaceCounters::receiveErrors),
          counter(
              "container_network_transmit_bytes_total",
              "Bytes sent.",
              InterfaceCounters::sentBytes),
          counter(
              "container_network_transmit_packets_total",
              "Packets sent.",
              InterfaceCounters::sentPackets),
          counter(
              "container_network_transmit_packets_dropped_total",
              "Packets dropped while sending.",
              InterfaceCounters::sendDrops),
          counter(
              "container_network_transmit_errors_total",
              "Errors while sending.",
              InterfaceCounters::sendErrors));

  private static MetricFamily<List<InterfaceCounters>> counter(
      String name, String help, ToLongFunction<InterfaceCounters> figure) {
    return new MetricFamily<>(
        name,
        help,
        MetricType.COUNTER,
        List.of("interface"),
        all -> all.stream().map(i -> Sample.of(figure.applyAsLong(i), i.name())).toList());
  }
}
