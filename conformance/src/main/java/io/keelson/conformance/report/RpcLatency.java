package io.keelson.conformance.report;

import io.keelson.conformance.TestOutcome;
import io.keelson.conformance.exchange.Exchange;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * How long the calls of one RPC took.
 *
 * @param rpc such as {@code RuntimeService/StopContainer}
 * @param times of all calls, the shortest first; at least one
 */
public record RpcLatency(String rpc, List<Duration> times) {

  /** Copies the list. */
  public RpcLatency {
    times = List.copyOf(times);
  }

  /** Those of all RPCs that were called and succeeded, by name. */
  static List<RpcLatency> of(List<TestOutcome> outcomes) {
    Map<String, List<Duration>> times = new TreeMap<>();
    for (TestOutcome outcome : outcomes) {
      for (Exchange call : outcome.exchanges()) {
        if (call.status().isOk()) {
          String rpc = call.method().substring(call.method().lastIndexOf('.') + 1);
          times.computeIfAbsent(rpc, _ -> new ArrayList<>()).add(call.took());
        }
      }
    }
    return times.entrySet().stream()
        .map(entry -> new RpcLatency(entry.getKey(), entry.getValue().stream().sorted().toList()))
        .toList();
  }

  /** The time within which so many of a hundred calls ended. */
  Duration percentile(int percent) {
    int rank = (int) Math.ceil(percent / 100.0 * times.size());
    return times.get(Math.max(rank, 1) - 1);
  }
}
