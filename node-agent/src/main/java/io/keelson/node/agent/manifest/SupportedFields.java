package io.keelson.node.agent.manifest;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * The keys of Kubernetes' Pod and ConfigMap that this agent acts upon. Every other one is refused,
 * because a key that is read and not obeyed is worse than one that is refused.
 */
final class SupportedFields {

  /**
   * Which keys an object may have; an empty map stands for any. Lists are looked through.
   *
   * @param fields the shape of each key's value
   */
  record Shape(Map<String, Shape> fields) {
    Shape and(String key, Shape shape) {
      Map<String, Shape> more = new LinkedHashMap<>(fields);
      more.put(key, shape);
      return new Shape(more);
    }
  }

  private static final Shape ANY = new Shape(Map.of());

  private static final Shape HTTP_GET =
      fields("path", "port", "host", "scheme").and("httpHeaders", fields("name", "value"));

  private static final Shape EXEC = fields("command");

  private static final Shape PROBE =
      fields(
              "initialDelaySeconds",
              "timeoutSeconds",
              "periodSeconds",
              "successThreshold",
              "failureThreshold",
              "terminationGracePeriodSeconds")
          .and("exec", EXEC)
          .and("httpGet", HTTP_GET)
          .and("tcpSocket", fields("port", "host"))
          .and("grpc", fields("port", "service"));

  private static final Shape HOOK =
      fields().and("exec", EXEC).and("httpGet", HTTP_GET).and("sleep", fields("seconds"));

  private static final Shape SELINUX = fields("user", "role", "type", "level");

  private static final Shape PROFILE = fields("type", "localhostProfile");

  private static final Shape CONFIG_MAP_KEY = fields("name", "key", "optional");

  private static final Shape CONTAINER =
      fields(
              "name",
              "image",
              "command",
              "args",
              "workingDir",
              "imagePullPolicy",
              "restartPolicy",
              "stdin",
              "stdinOnce",
              "tty",
              "terminationMessagePath",
              "terminationMessagePolicy")
          .and("ports", fields("name", "containerPort", "hostPort", "hostIP", "protocol"))
          .and(
              "env",
              fields("name", "value")
                  .and(
                      "valueFrom",
                      fields()
                          .and("fieldRef", fields("apiVersion", "fieldPath"))
                          .and("resourceFieldRef", fields("containerName", "resource", "divisor"))
                          .and("configMapKeyRef", CONFIG_MAP_KEY)))
          .and("envFrom", fields("prefix").and("configMapRef", fields("name", "optional")))
          .and("resources", fields().and("limits", ANY).and("requests", ANY))
          .and(
              "volumeMounts",
              fields("name", "mountPath", "subPath", "subPathExpr", "readOnly", "mountPropagation"))
          .and("startupProbe", PROBE)
          .and("readinessProbe", PROBE)
          .and("livenessProbe", PROBE)
          .and("lifecycle", fields("stopSignal").and("postStart", HOOK).and("preStop", HOOK))
          .and(
              "securityContext",
              fields(
                      "privileged",
                      "runAsUser",
                      "runAsGroup",
                      "runAsNonRoot",
                      "readOnlyRootFilesystem",
                      "allowPrivilegeEscalation",
                      "procMount")
                  .and("capabilities", fields("add", "drop"))
                  .and("seLinuxOptions", SELINUX)
                  .and("seccompProfile", PROFILE)
                  .and("appArmorProfile", PROFILE));

  private static final Shape VOLUME =
      fields("name")
          .and("emptyDir", fields("medium", "sizeLimit"))
          .and("hostPath", fields("path", "type"))
          .and(
              "configMap",
              fields("name", "defaultMode", "optional")
                  .and("items", fields("key", "path", "mode")));

  private static final Shape METADATA =
      fields("name", "namespace", "uid", "creationTimestamp")
          .and("labels", ANY)
          .and("annotations", ANY);

  private static final Shape POD =
      fields("apiVersion", "kind")
          .and("metadata", METADATA)
          .and(
              "spec",
              fields(
                      "restartPolicy",
                      "terminationGracePeriodSeconds",
                      "activeDeadlineSeconds",
                      "dnsPolicy",
                      "hostNetwork",
                      "hostPID",
                      "hostIPC",
                      "shareProcessNamespace",
                      "hostname",
                      "subdomain",
                      "setHostnameAsFQDN",
                      "runtimeClassName",
                      "priorityClassName",
                      "nodeName",
                      "serviceAccountName",
                      "enableServiceLinks",
                      "automountServiceAccountToken")
                  .and("containers", CONTAINER)
                  .and("initContainers", CONTAINER)
                  .and("volumes", VOLUME)
                  .and(
                      "dnsConfig",
                      fields("nameservers", "searches").and("options", fields("name", "value")))
                  .and("hostAliases", fields("ip", "hostnames"))
                  .and("tolerations", ANY)
                  .and("os", fields("name"))
                  .and(
                      "securityContext",
                      fields(
                              "runAsUser",
                              "runAsGroup",
                              "runAsNonRoot",
                              "supplementalGroups",
                              "supplementalGroupsPolicy",
                              "fsGroup")
                          .and("seLinuxOptions", SELINUX)
                          .and("seccompProfile", PROFILE)
                          .and("appArmorProfile", PROFILE)
                          .and("sysctls", fields("name", "value"))));

  private static final Shape CONFIG_MAP =
      fields("apiVersion", "kind", "immutable")
          .and("metadata", METADATA)
          .and("data", ANY)
          .and("binaryData", ANY);

  /** What to do instead, by key. */
  private static final Map<String, String> REMEDIES =
      Map.ofEntries(
          Map.entry("secret", "secrets need an API server; use a configMap or hostPath volume"),
          Map.entry("secretKeyRef", "secrets need an API server; use configMapKeyRef or value"),
          Map.entry("secretRef", "secrets need an API server; use configMapRef"),
          Map.entry("projected", "use a configMap volume"),
          Map.entry("downwardAPI", "use env with a fieldRef"),
          Map.entry("persistentVolumeClaim", "claims need an API server; use hostPath"),
          Map.entry("nodeSelector", "a manifest given to a node is not scheduled; remove it"),
          Map.entry("affinity", "a manifest given to a node is not scheduled; remove it"),
          Map.entry(
              "topologySpreadConstraints",
              "a manifest given to a node is not scheduled; remove it"),
          Map.entry("hostUsers", "user namespaces are not supported; remove it"),
          Map.entry("ephemeralContainers", "they are added by an API server only; remove it"),
          Map.entry("imagePullSecrets", "secrets need an API server; pull the image beforehand"),
          Map.entry("status", "the status is the agent's to write; remove it"));

  private SupportedFields() {}

  private static Shape fields(String... names) {
    Map<String, Shape> fields = new LinkedHashMap<>();
    for (String name : names) {
      fields.put(name, ANY);
    }
    return new Shape(fields);
  }

  /** Tells each key of a Pod that this agent does not act upon: its path, and a message. */
  static void refuseInPod(JsonNode pod, BiConsumer<String, String> problem) {
    refuse(pod, POD, "", problem);
  }

  /** Tells each key of a ConfigMap that this agent does not act upon: its path, and a message. */
  static void refuseInConfigMap(JsonNode configMap, BiConsumer<String, String> problem) {
    refuse(configMap, CONFIG_MAP, "", problem);
  }

  private static void refuse(
      JsonNode node, Shape shape, String path, BiConsumer<String, String> problem) {
    if (shape.fields().isEmpty()) {
      return;
    }
    if (node.isArray()) {
      for (int i = 0; i < node.size(); i++) {
        refuse(node.get(i), shape, path + "[" + i + "]", problem);
      }
    }
    for (Map.Entry<String, JsonNode> property : node.properties()) {
      String key = property.getKey();
      String keyPath = path.isEmpty() ? key : path + "." + key;
      @Nullable Shape known = shape.fields().get(key);
      if (known != null) {
        refuse(property.getValue(), known, keyPath, problem);
      } else if (!property.getValue().isNull()) {
        problem.accept(
            keyPath, "is not supported by this agent; " + REMEDIES.getOrDefault(key, "remove it"));
      }
    }
  }
}
