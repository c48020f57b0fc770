package io.keelson.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.keelson.runtime.client.RuntimeClient;
import io.keelson.runtime.v1.Container;
import io.keelson.runtime.v1.ContainerFilter;
import io.keelson.runtime.v1.PodSandbox;
import io.keelson.runtime.v1.PodSandboxFilter;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code keelson pods}: what runs behind an endpoint. */
@Command(
    name = "pods",
    description = "Lists pods and their containers.",
    mixinStandardHelpOptions = true)
final class PodsCommand implements Callable<Integer> {
  private static final int ID_LENGTH = 13;

  @Mixin private EndpointOption endpoint = new EndpointOption();

  @Option(names = "--output", description = "text or json; default text.")
  private OutputFormat output = OutputFormat.TEXT;

  /** One pod as printed. */
  private record Row(
      String id,
      String namespace,
      String name,
      String state,
      String ip,
      String handler,
      long createdAtNanos,
      List<Map<String, String>> containers) {}

  @Override
  public Integer call() throws InterruptedException, JsonProcessingException {
    List<Row> rows = new ArrayList<>();
    try (RuntimeClient client = endpoint.connect()) {
      Map<String, List<Container>> containers =
          client.listContainers(ContainerFilter.getDefaultInstance()).stream()
              .collect(Collectors.groupingBy(Container::getPodSandboxId));
      for (PodSandbox pod : client.listPodSandboxes(PodSandboxFilter.getDefaultInstance())) {
        rows.add(
            row(
                pod,
                client.podSandboxStatus(pod.getId()).getNetwork().getIp(),
                containers.getOrDefault(pod.getId(), List.of())));
      }
    }
    rows.sort(Comparator.comparing(Row::namespace).thenComparing(Row::name));
    switch (output) {
      case JSON ->
          System.out.println(
              new ObjectMapper().writerWithDefaultPrettyPrinter().writeValueAsString(rows));
      case TEXT -> print(rows);
    }
    return 0;
  }

  private static Row row(PodSandbox pod, String ip, List<Container> containers) {
    return new Row(
        pod.getId(),
        pod.getMetadata().getNamespace(),
        pod.getMetadata().getName(),
        word(pod.getState().name()),
        ip,
        pod.getRuntimeHandler(),
        pod.getCreatedAt(),
        containers.stream()
            .sorted(Comparator.comparingLong(Container::getCreatedAt))
            .map(c ->
                Map.of(
                    "id", c.getId(),
                    "name", c.getMetadata().getName(),
                    "attempt", String.valueOf(c.getMetadata().getAttempt()),
                    "state", word(c.getState().name()),
                    "image", c.getImage().getImage()))
            .toList());
  }

  private static void print(List<Row> rows) {
    String line = "%-14s %-30s %-9s %-16s %-8s %-6s %s%n";
    System.out.printf(line, "POD ID", "POD", "STATE", "IP", "HANDLER", "AGE", "CONTAINERS");
    for (Row row : rows) {
      System.out.printf(
          line,
          row.id().substring(0, Math.min(ID_LENGTH, row.id().length())),
          row.namespace() + "/" + row.name(),
          row.state(),
          row.ip().isEmpty() ? "-" : row.ip(),
          row.handler(),
          age(row.createdAtNanos()),
          row.containers().stream()
              .map(c -> c.get("name") + "=" + c.get("state"))
              .collect(Collectors.joining(" ")));
    }
  }

  private static String word(String state) {
    return state
        .replace("SANDBOX_", "")
        .replace("CONTAINER_", "")
        .toLowerCase(java.util.Locale.ROOT);
  }

  private static String age(long createdAtNanos) {
    Duration age = Duration.between(Instant.ofEpochSecond(0, createdAtNanos), Instant.now());
    if (age.toHours() > 48) {
      return age.toDays() + "d";
    }
    if (age.toMinutes() > 120) {
      return age.toHours() + "h";
    }
    return age.toSeconds() > 120 ? age.toMinutes() + "m" : age.toSeconds() + "s";
  }
}
