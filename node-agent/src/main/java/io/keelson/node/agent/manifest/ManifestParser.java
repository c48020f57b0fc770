package io.keelson.node.agent.manifest;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Pod;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.cfg.JsonNodeFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * Reads Kubernetes YAML (or JSON, which is YAML): any number of documents, each a Pod, a ConfigMap,
 * or a List of these. Everything else, and every key this agent does not act upon, is refused by
 * name. Stateless.
 */
public final class ManifestParser {
  /** The largest file that is read, in bytes. */
  public static final int SIZE_LIMIT = 4 * 1024 * 1024;

  private static final String LIST = "List";
  private static final Set<String> KINDS =
      Set.of("Pod", "ConfigMap", LIST, "PodList", "ConfigMapList");
  private static final JsonMapper CANONICAL =
      JsonMapper.builder().enable(JsonNodeFeature.WRITE_PROPERTIES_SORTED).build();

  private final String nodeName;

  /**
   * The content of one file.
   *
   * @param pods its pods, in order
   * @param configMaps its ConfigMaps, in order; not to be changed
   */
  public record Content(List<PodManifest> pods, List<ConfigMap> configMaps) {
    /** Keeps unchangeable copies. */
    public Content {
      pods = List.copyOf(pods);
      configMaps = List.copyOf(configMaps);
    }
  }

  /**
   * Creates a parser.
   *
   * @param nodeName the name of this node: a pod that names another is refused
   */
  public ManifestParser(String nodeName) {
    this.nodeName = nodeName;
  }

  /**
   * Reads one file's text.
   *
   * @param source the file's name, for messages and as a part of the uids of its pods
   * @throws ManifestException with everything that is wrong
   */
  public Content parse(String source, String text) {
    List<PodManifest> pods = new ArrayList<>();
    List<ConfigMap> configMaps = new ArrayList<>();
    List<ManifestProblem> problems = new ArrayList<>();
    List<YamlDocument> documents = YamlDocument.parse(source, text);
    if (documents.isEmpty()) {
      throw new ManifestException(
          List.of(new ManifestProblem(source, 0, "", "the file holds no manifest")));
    }
    for (YamlDocument document : documents) {
      Problems found = new Problems(source, document);
      read(source, document.root(), found, pods, configMaps);
      problems.addAll(found.found());
    }
    if (!problems.isEmpty()) {
      throw new ManifestException(problems);
    }
    return new Content(pods, configMaps);
  }

  private void read(
      String source,
      JsonNode tree,
      Problems problems,
      List<PodManifest> pods,
      List<ConfigMap> configMaps) {
    if (!(tree instanceof ObjectNode object)) {
      problems.add("", "a manifest is a map of keys and values");
      return;
    }
    String kind = textOf(object.get("kind"));
    if (!KINDS.contains(kind)) {
      problems.add(
          "kind",
          kind.isEmpty()
              ? "is required: Pod, ConfigMap or List"
              : "'%s' is not supported; this agent runs a Pod, and reads a ConfigMap"
                  .formatted(kind));
      return;
    }
    if (!textOf(object.get("apiVersion")).equals("v1")) {
      problems.add("apiVersion", "must be v1 for a " + kind);
      return;
    }
    switch (kind) {
      case "Pod" -> readPod(source, object, problems).ifPresent(pods::add);
      case "ConfigMap" -> readConfigMap(object, problems).ifPresent(configMaps::add);
      default -> {
        JsonNode items = object.get("items");
        for (int i = 0; items != null && i < items.size(); i++) {
          JsonNode item = items.get(i);
          if (item instanceof ObjectNode typed && !kind.equals(LIST)) {
            // The items of a typed list need not say their kind.
            typed.put("kind", kind.substring(0, kind.length() - LIST.length()));
            typed.put("apiVersion", "v1");
          }
          read(source, item, problems.at("items[" + i + "]"), pods, configMaps);
        }
      }
    }
  }

  private Optional<PodManifest> readPod(String source, ObjectNode tree, Problems problems) {
    int before = problems.found().size();
    Pod pod = model(tree, Pod.class, problems, SupportedFields::refuseInPod);
    if (pod == null) {
      return Optional.empty();
    }
    new PodValidation(problems).check(pod);
    if (problems.found().size() > before) {
      return Optional.empty();
    }
    String wanted = pod.getSpec().getNodeName();
    if (wanted != null && !wanted.equals(nodeName)) {
      problems.add(
          "spec.nodeName", "'%s' is another node; this one is '%s'".formatted(wanted, nodeName));
      return Optional.empty();
    }
    PodDefaults.apply(pod);
    pod.getSpec().setNodeName(nodeName);
    String hash = hash(source, tree);
    if (isEmpty(pod.getMetadata().getUid())) {
      pod.getMetadata().setUid(hash.substring(0, 32));
    }
    return Optional.of(new PodManifest(pod, source, hash));
  }

  private static Optional<ConfigMap> readConfigMap(ObjectNode tree, Problems problems) {
    int before = problems.found().size();
    ConfigMap configMap =
        model(tree, ConfigMap.class, problems, SupportedFields::refuseInConfigMap);
    if (configMap == null || !problems.present("metadata", configMap.getMetadata())) {
      return Optional.empty();
    }
    problems.dnsSubdomain("metadata.name", configMap.getMetadata().getName());
    if (isEmpty(configMap.getMetadata().getNamespace())) {
      configMap.getMetadata().setNamespace(PodDefaults.NAMESPACE);
    }
    return problems.found().size() > before ? Optional.empty() : Optional.of(configMap);
  }

  /** The tree as an object, once its keys are known and supported; null if there is none. */
  private static <T> @Nullable T model(
      ObjectNode tree,
      Class<T> type,
      Problems problems,
      BiConsumer<JsonNode, BiConsumer<String, String>> refuse) {
    List<String> told = new ArrayList<>();
    ModelReader reader =
        new ModelReader((path, message) -> {
          told.add(path);
          problems.add(path, message);
        });
    T object = reader.read(tree, type);
    refuse.accept(
        tree,
        (path, message) -> {
          if (!told.contains(path)) {
            problems.add(path, message);
          }
        });
    return object;
  }

  /** Changes with content and source, not with the order of keys or with comments. */
  private static String hash(String source, JsonNode tree) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      digest.update(source.getBytes(StandardCharsets.UTF_8));
      digest.update((byte) 0);
      digest.update(CANONICAL.writeValueAsString(tree).getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  private static String textOf(@Nullable JsonNode node) {
    return node == null || !node.isString() ? "" : node.stringValue();
  }

  private static boolean isEmpty(@Nullable String text) {
    return text == null || text.isEmpty();
  }
}
