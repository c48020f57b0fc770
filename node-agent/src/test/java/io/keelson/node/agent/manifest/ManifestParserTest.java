package io.keelson.node.agent.manifest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.Quantity;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class ManifestParserTest {
  private static final String POD =
      """
      apiVersion: v1
      kind: Pod
      metadata:
        name: web
      spec:
        containers:
          - name: main
            image: example/web:1
      """;

  private final ManifestParser parser = new ManifestParser("node");

  static Stream<Arguments> mistakes() {
    return Stream.of(
        Arguments.of("name: web", "name: Web_1", "f.yaml:4: metadata.name: 'Web_1' is not a name"),
        Arguments.of(
            "image:",
            "imgae:",
            "f.yaml:8: spec.containers[0].imgae: unknown key; did you mean 'image'?"),
        Arguments.of(
            "kind: Pod", "kind: Deployment", "f.yaml:2: kind: 'Deployment' is not supported"),
        Arguments.of(
            "apiVersion: v1", "apiVersion: v2", "f.yaml:1: apiVersion: must be v1 for a Pod"),
        Arguments.of(
            "spec:", "spec:\n  hostUsers: false", "spec.hostUsers: is not supported by this agent"),
        Arguments.of("spec:", "spec:\n  nodeName: other", "spec.nodeName: 'other' is another node"),
        Arguments.of(
            "spec:",
            "spec:\n  volumes:\n    - name: data\n      persistentVolumeClaim: {claimName: x}",
            "f.yaml:8: spec.volumes[0].persistentVolumeClaim: is not supported by this agent; claims need an API server"),
        Arguments.of(
            "spec:",
            "spec:\n  volumes:\n    - name: data\n      emptyDir: {sizeLimit: 1Gi}",
            "spec.volumes[0].emptyDir.sizeLimit: is enforced for the medium Memory only"),
        Arguments.of("spec:", "spec:\n  restartPolicy: Allways", "did you mean 'Always'?"),
        Arguments.of(
            "spec:",
            "spec:\n  terminationGracePeriodSeconds: soon",
            "f.yaml:6: spec.terminationGracePeriodSeconds: the value must be a whole number"),
        Arguments.of(
            "image: example/web:1",
            "image: example/web:1\n      env: [{name: A, value: 1}]",
            "spec.containers[0].env[0].value: the value must be a string; put it in quotes"),
        Arguments.of(
            "image: example/web:1",
            "image: example/web:1\n      volumeMounts: [{name: data, mountPath: /data}]",
            "spec.containers[0].volumeMounts[0].name: there is no volume 'data'"),
        Arguments.of(
            "image: example/web:1",
            "image: example/web:1\n      readinessProbe: {httpGet: {port: http}}",
            "spec.containers[0].readinessProbe.httpGet.port: the container has no port named 'http'"),
        Arguments.of(
            "image: example/web:1",
            "image: example/web:1\n      readinessProbe: {periodSeconds: 1}",
            "spec.containers[0].readinessProbe: must have exactly one action"),
        Arguments.of(
            "image: example/web:1",
            "image: example/web:1\n      env: [{name: A, valueFrom: {secretKeyRef: {name: s, key: k}}}]",
            "secretKeyRef: is not supported by this agent; secrets need an API server"),
        Arguments.of(
            "name: web", "name: web\n  name: web", "metadata.name: this key is here twice"),
        Arguments.of("  containers:", "  containers: }", "this is not YAML"));
  }

  @ParameterizedTest
  @MethodSource("mistakes")
  void tellsFileLineKeyAndRemedyOfAMistake(String right, String wrong, String message) {
    assertThatThrownBy(() -> parser.parse("f.yaml", POD.replaceFirst(right, wrong)))
        .isInstanceOf(ManifestException.class)
        .hasMessageContaining("f.yaml")
        .hasMessageContaining(message.replaceFirst("^f\\.yaml:(?=[a-z])", ""));
  }

  @Test
  void tellsAllMistakesOfAFileAtOnce() {
    String text = POD.replace("image:", "imgae:").replace("name: web", "name: WEB");

    assertThatThrownBy(() -> parser.parse("f.yaml", text))
        .isInstanceOfSatisfying(
            ManifestException.class,
            e ->
                assertThat(e.problems())
                    .extracting(ManifestProblem::path)
                    .contains(
                        "metadata.name", "spec.containers[0].imgae", "spec.containers[0].image"));
  }

  @Test
  void readsManyDocumentsAndLists() {
    String list =
        """
        apiVersion: v1
        kind: List
        items:
          - apiVersion: v1
            kind: ConfigMap
            metadata: {name: settings}
            data: {key: value}
          - apiVersion: v1
            kind: Pod
            metadata: {name: other}
            spec: {containers: [{name: main, image: example/a}]}
        """;

    ManifestParser.Content content = parser.parse("f.yaml", POD + "---\n" + list + "---\n");

    assertThat(content.pods())
        .extracting(PodManifest::fullName)
        .containsExactly("default/web", "default/other");
    assertThat(content.configMaps()).hasSize(1);
  }

  @Test
  void givesAPodTheSameUidUntilItsContentChanges() {
    PodManifest pod = parser.parse("f.yaml", POD).pods().getFirst();

    assertThat(parser.parse("f.yaml", "# a comment\n" + POD).pods().getFirst().uid())
        .isEqualTo(pod.uid());
    assertThat(parser.parse("f.yaml", POD.replace("web:1", "web:2")).pods().getFirst().uid())
        .isNotEqualTo(pod.uid());
    assertThat(parser.parse("g.yaml", POD).pods().getFirst().uid()).isNotEqualTo(pod.uid());
  }

  @Test
  void fillsInWhatAnApiServerWould() {
    var container =
        parser
            .parse("f.yaml", POD.replace("web:1", "web"))
            .pods()
            .getFirst()
            .pod()
            .getSpec()
            .getContainers()
            .getFirst();

    assertThat(container.getImagePullPolicy()).isEqualTo("Always");
    assertThat(container.getTerminationMessagePath()).isEqualTo("/dev/termination-log");
  }

  @Test
  void readsPortsAndQuantitiesAsNumbersAndAsText() {
    String text =
        POD
            + """
                  ports: [{name: http, containerPort: 8080}]
                  startupProbe: {tcpSocket: {port: 8080}}
                  livenessProbe: {httpGet: {port: 8080}}
                  readinessProbe: {httpGet: {port: http}}
                  resources: {limits: {cpu: 1, memory: 64Mi}, requests: {cpu: 0.5, memory: 1048576}}
            """;

    Container container =
        parser.parse("f.yaml", text).pods().getFirst().pod().getSpec().getContainers().getFirst();

    assertThat(container.getStartupProbe().getTcpSocket().getPort().getIntVal()).isEqualTo(8080);
    assertThat(container.getLivenessProbe().getHttpGet().getPort().getIntVal()).isEqualTo(8080);
    assertThat(container.getReadinessProbe().getHttpGet().getPort().getStrVal()).isEqualTo("http");
    assertThat(container.getResources().getLimits())
        .containsEntry("cpu", new Quantity("1"))
        .containsEntry("memory", new Quantity("64", "Mi"));
    assertThat(container.getResources().getRequests())
        .containsEntry("cpu", new Quantity("0.5"))
        .containsEntry("memory", new Quantity("1048576"));
  }

  @Test
  void refusesWhatAliasesBlowUp() {
    StringBuilder bomb = new StringBuilder("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    for (int i = 1; i < 9; i++) {
      bomb.append("a%d: &a%d [".formatted(i, i))
          .append("*a%d, ".formatted(i - 1).repeat(10))
          .append("]\n");
    }

    assertThatThrownBy(() -> parser.parse("f.yaml", bomb.toString()))
        .isInstanceOf(ManifestException.class)
        .hasMessageContaining("aliases");
  }

  @Test
  void readsTheExample() throws IOException {
    Path example = Path.of("..", "examples", "hello.yaml");

    ManifestParser.Content content = parser.parse("hello.yaml", Files.readString(example));

    assertThat(content.pods()).extracting(PodManifest::name).containsExactly("hello");
  }
}
