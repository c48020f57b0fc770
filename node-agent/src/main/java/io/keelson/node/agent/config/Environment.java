package io.keelson.node.agent.config;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapKeySelector;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.EnvFromSource;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.EnvVarSource;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.ResourceFieldSelector;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The environment variables of a container. */
final class Environment {
  private static final Pattern MAP_FIELD =
      Pattern.compile("metadata\\.(labels|annotations)\\['([^']+)']");
  private static final Pattern NAME = Pattern.compile("[-._a-zA-Z][-._a-zA-Z0-9]*");

  private final Pod pod;
  private final NodeFacts node;
  private final List<String> podIps;
  private final Map<String, ConfigMap> configMaps;

  /**
   * Prepares the environments of a pod's containers.
   *
   * @param podIps the pod's addresses, the first one first
   * @param configMaps by namespace and name
   */
  Environment(Pod pod, NodeFacts node, List<String> podIps, Map<String, ConfigMap> configMaps) {
    this.pod = pod;
    this.node = node;
    this.podIps = podIps;
    this.configMaps = configMaps;
  }

  /**
   * The variables of one container, in order.
   *
   * @throws ConfigException when a ConfigMap or a key is missing that is not optional
   */
  Map<String, String> of(Container container) {
    Map<String, String> variables = new LinkedHashMap<>();
    for (EnvFromSource from : container.getEnvFrom()) {
      String prefix = Objects.requireNonNullElse(from.getPrefix(), "");
      boolean optional = Boolean.TRUE.equals(from.getConfigMapRef().getOptional());
      configMap(from.getConfigMapRef().getName(), optional)
          .ifPresent(map -> {
            Map<String, String> data = Objects.requireNonNullElse(map.getData(), Map.of());
            data.forEach((key, value) -> {
              if (NAME.matcher(prefix + key).matches()) {
                variables.put(prefix + key, value);
              }
            });
          });
    }
    for (EnvVar variable : container.getEnv()) {
      if (variable.getValueFrom() == null) {
        String written = Objects.requireNonNullElse(variable.getValue(), "");
        variables.put(variable.getName(), VariableExpansion.expand(written, variables));
      } else {
        valueFrom(container, variable.getValueFrom())
            .ifPresent(value -> variables.put(variable.getName(), value));
      }
    }
    return variables;
  }

  private Optional<String> valueFrom(Container container, EnvVarSource source) {
    if (source.getFieldRef() != null) {
      return Optional.of(field(source.getFieldRef().getFieldPath()));
    }
    if (source.getResourceFieldRef() != null) {
      return Optional.of(resource(container, source.getResourceFieldRef()));
    }
    ConfigMapKeySelector selector = source.getConfigMapKeyRef();
    boolean optional = Boolean.TRUE.equals(selector.getOptional());
    Optional<ConfigMap> map = configMap(selector.getName(), optional);
    if (map.isEmpty()) {
      return Optional.empty();
    }
    @Nullable Map<String, String> data = map.get().getData();
    @Nullable String value = data == null ? null : data.get(selector.getKey());
    if (value == null && !optional) {
      throw new ConfigException(
          "ConfigMap '%s' has no key '%s'".formatted(selector.getName(), selector.getKey()));
    }
    return Optional.ofNullable(value);
  }

  private Optional<ConfigMap> configMap(String name, boolean optional) {
    ConfigMap map = configMaps.get(pod.getMetadata().getNamespace() + "/" + name);
    if (map == null && !optional) {
      throw new ConfigException(
          "there is no ConfigMap '%s' in namespace '%s'; give its manifest beside the pod's"
              .formatted(name, pod.getMetadata().getNamespace()));
    }
    return Optional.ofNullable(map);
  }

  private String field(String path) {
    Matcher inMap = MAP_FIELD.matcher(path);
    if (inMap.matches()) {
      Map<String, String> map =
          inMap.group(1).equals("labels")
              ? pod.getMetadata().getLabels()
              : pod.getMetadata().getAnnotations();
      return map == null ? "" : map.getOrDefault(inMap.group(2), "");
    }
    return switch (path) {
      case "metadata.name" -> pod.getMetadata().getName();
      case "metadata.namespace" -> pod.getMetadata().getNamespace();
      case "metadata.uid" -> pod.getMetadata().getUid();
      case "spec.nodeName" -> node.name();
      case "spec.serviceAccountName" ->
          Objects.requireNonNullElse(pod.getSpec().getServiceAccountName(), "");
      case "status.hostIP", "status.hostIPs" -> node.hostIp();
      case "status.podIP" -> podIps.isEmpty() ? "" : podIps.getFirst();
      case "status.podIPs" -> String.join(",", podIps);
      default ->
          throw new ConfigException("fieldRef '%s' is not supported by this agent".formatted(path));
    };
  }

  private String resource(Container container, ResourceFieldSelector selector) {
    String name = selector.getContainerName();
    Container subject =
        name == null
            ? container
            : Stream.concat(
                    pod.getSpec().getContainers().stream(),
                    pod.getSpec().getInitContainers().stream())
                .filter(candidate -> candidate.getName().equals(name))
                .findFirst()
                .orElseThrow(
                    () -> new ConfigException("resourceFieldRef names no container: " + name));
    OptionalLong amount =
        switch (selector.getResource()) {
          case "limits.cpu" -> or(Resources.limit(subject, "cpu"), node.milliCpus());
          case "limits.memory" -> or(Resources.limit(subject, "memory"), node.memoryBytes());
          case "requests.cpu" -> or(Resources.request(subject, "cpu"), 0);
          case "requests.memory" -> or(Resources.request(subject, "memory"), 0);
          default -> OptionalLong.empty();
        };
    if (amount.isEmpty()) {
      throw new ConfigException(
          "resourceFieldRef '%s' is not supported by this agent".formatted(selector.getResource()));
    }
    BigDecimal value = BigDecimal.valueOf(amount.getAsLong());
    if (selector.getResource().endsWith(".cpu")) {
      value = value.movePointLeft(3);
    }
    BigDecimal divisor =
        selector.getDivisor() == null
            ? BigDecimal.ZERO
            : selector.getDivisor().getNumericalAmount();
    return value
        .divide(divisor.signum() == 0 ? BigDecimal.ONE : divisor, 0, RoundingMode.CEILING)
        .toBigInteger()
        .toString();
  }

  private static OptionalLong or(OptionalLong amount, long otherwise) {
    return amount.orElse(0) > 0 ? amount : OptionalLong.of(otherwise);
  }
}
