package io.keelson.runtime.docker.cdi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.grpc.Status;
import io.keelson.runtime.spi.CriException;
import io.keelson.runtime.v1.CDIDevice;
import io.keelson.runtime.v1.ContainerConfig;
import io.keelson.runtime.v1.Device;
import io.keelson.runtime.v1.KeyValue;
import io.keelson.runtime.v1.Mount;
import io.keelson.runtime.v1.MountPropagation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CdiDevicesTest {
  private static final String BOARD =
      """
      cdiVersion: "0.6.0"
      kind: vendor.com/board
      devices:
        - name: one
          annotations: {slot: "1"}
          containerEdits:
            env: ["BOARD=one", "PATH=/board"]
            deviceNodes:
              - path: /dev/board1
                hostPath: /dev/null
                type: c
                major: 1
                minor: 3
                permissions: rw
        - name: two
          containerEdits:
            deviceNodes:
              - path: /dev/null
      containerEdits:
        env: ["BOARDS=present"]
        mounts:
          - hostPath: /etc
            containerPath: /board/etc
            options: [ro, nosuid, rbind, rslave]
        additionalGids: [0, 44]
        hooks: []
      """;

  @TempDir private Path folder;
  private Path installed;
  private Path made;
  private CdiDevices devices;

  @BeforeEach
  void directories() throws IOException {
    installed = Files.createDirectory(folder.resolve("installed"));
    made = folder.resolve("made");
    devices = new CdiDevices(List.of(installed, made));
  }

  @Test
  void a_device_brings_what_its_spec_says_once_and_replaces_what_was_in_its_place()
      throws IOException {
    Files.writeString(installed.resolve("board.yaml"), BOARD);
    ContainerConfig.Builder asked =
        asking("vendor.com/board=one", "vendor.com/board=two", "vendor.com/board=one")
            .addEnvs(variable("PATH", "/bin"))
            .addEnvs(variable("HOME", "/"))
            .addDevices(
                Device.newBuilder().setHostPath("/dev/zero").setContainerPath("/dev/board1"))
            .addMounts(Mount.newBuilder().setHostPath("/tmp").setContainerPath("/board/etc"));
    asked.getLinuxBuilder().getSecurityContextBuilder().addSupplementalGroups(7);

    ContainerConfig.Builder expected =
        ContainerConfig.newBuilder()
            .addEnvs(variable("HOME", "/"))
            .addEnvs(variable("BOARDS", "present"))
            .addEnvs(variable("BOARD", "one"))
            .addEnvs(variable("PATH", "/board"))
            .addDevices(device("/dev/null", "/dev/board1", "rw"))
            .addDevices(device("/dev/null", "/dev/null", "rwm"))
            .addMounts(
                Mount.newBuilder()
                    .setHostPath("/etc")
                    .setContainerPath("/board/etc")
                    .setReadonly(true)
                    .setPropagation(MountPropagation.PROPAGATION_HOST_TO_CONTAINER)
                    .addMountOptions("nosuid"));
    expected
        .getLinuxBuilder()
        .getSecurityContextBuilder()
        .addSupplementalGroups(7)
        .addSupplementalGroups(44);
    assertThat(devices.resolve(asked.build())).isEqualTo(expected.build());
  }

  @Test
  void specs_that_come_later_and_in_later_directories_are_noticed() throws IOException {
    assertThatThrownBy(() -> resolve("vendor.com/net=a"))
        .isInstanceOfSatisfying(
            CriException.class,
            e -> assertThat(e.code()).isEqualTo(Status.Code.FAILED_PRECONDITION))
        .hasMessageContaining("vendor.com/net=a")
        .hasMessageContaining(installed.toString());

    write(installed.resolve("net.json"), "vendor.com/net", "\"env\": [\"FROM=installed\"]");
    assertThat(resolve("vendor.com/net=a").getEnvs(0)).isEqualTo(variable("FROM", "installed"));

    Files.createDirectory(made);
    write(made.resolve("net.json"), "vendor.com/net", "\"env\": [\"FROM=made\"]");
    assertThat(resolve("vendor.com/net=a").getEnvs(0)).isEqualTo(variable("FROM", "made"));

    write(made.resolve("other.json"), "vendor.com/net", "");
    assertThatThrownBy(() -> resolve("vendor.com/net=a"))
        .hasMessageContaining(made.resolve("net.json").toString())
        .hasMessageContaining(made.resolve("other.json").toString());
  }

  @Test
  void a_spec_that_cannot_be_used_is_told_of_to_those_who_miss_its_device() throws IOException {
    write(installed.resolve("good.json"), "vendor.com/good", "");
    Files.writeString(installed.resolve("bad.json"), "{");
    Files.writeString(installed.resolve("bad.yaml"), "a: [");
    Files.writeString(installed.resolve("old.json"), "{\"cdiVersion\": \"7.0.0\"}");
    Files.writeString(
        installed.resolve("kind.json"), "{\"cdiVersion\": \"0.5.0\", \"kind\": \"no-vendor\"}");
    Files.writeString(installed.resolve("README"), "not a spec");
    assertThat(resolve("vendor.com/good=a")).isEqualTo(ContainerConfig.getDefaultInstance());
    assertThatThrownBy(() -> resolve("vendor.com/bad=a"))
        .hasMessageContaining("bad.json: is not JSON")
        .hasMessageContaining("bad.yaml: is not YAML")
        .hasMessageContaining("cdiVersion '7.0.0'")
        .hasMessageContaining("kind 'no-vendor'")
        .hasMessageNotContaining("README");
  }

  @ParameterizedTest(name = "{1}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '^',
      value = {
        "\"hooks\": [{\"hookName\": \"createContainer\", \"path\": \"/bin/true\"}] | hooks",
        "\"intelRdt\": {\"closID\": \"x\"} | intelRdt",
        "\"netDevices\": [{\"hostInterfaceName\": \"eth1\", \"name\": \"net1\"}] | netDevices",
        "\"mounts\": [{\"hostPath\": \"/etc\", \"containerPath\": \"/a\", \"type\": \"tmpfs\"}]"
            + " | mounts of type tmpfs",
        "\"mounts\": [{\"hostPath\": \"/etc\", \"containerPath\": \"/a\", \"options\": [\"sync\"]}]"
            + " | mounts with option sync",
        "\"deviceNodes\": [{\"path\": \"/dev/null\", \"type\": \"p\"}] | type p",
        "\"deviceNodes\": [{\"path\": \"/dev/null\", \"major\": 2}] | a number other than",
        "\"deviceNodes\": [{\"path\": \"/dev/null\", \"uid\": 77}] | an owner other than",
        "\"deviceNodes\": [{\"path\": \"/dev/null\", \"fileMode\": 0}] | fileMode other than",
      })
  void what_the_engine_cannot_do_is_refused_by_name(String edits, String told) throws IOException {
    write(installed.resolve("a.json"), "vendor.com/net", edits);
    assertThatThrownBy(() -> resolve("vendor.com/net=a"))
        .isInstanceOfSatisfying(
            CriException.class, e -> assertThat(e.code()).isEqualTo(Status.Code.UNIMPLEMENTED))
        .hasMessageContaining("vendor.com/net=a")
        .hasMessageContaining(told);
  }

  @ParameterizedTest(name = "{1}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '^',
      value = {
        "\"deviceNodes\": [{\"path\": \"/dev/no-such-device\"}] | no /dev/no-such-device",
        "\"deviceNodes\": [{\"path\": \"/etc\"}] | /etc is no device",
        "\"mounts\": [{\"hostPath\": \"/no/such/folder\", \"containerPath\": \"/a\"}]"
            + " | no /no/such/folder",
        "\"env\": [\"NOTHING\"] | env 'NOTHING'",
        "\"additionalGids\": [-1] | additionalGids -1",
      })
  void what_the_machine_has_not_got_is_told(String edits, String told) throws IOException {
    write(installed.resolve("a.json"), "vendor.com/net", edits);
    assertThatThrownBy(() -> resolve("vendor.com/net=a"))
        .isInstanceOfSatisfying(
            CriException.class,
            e -> assertThat(e.code()).isEqualTo(Status.Code.FAILED_PRECONDITION))
        .hasMessageContaining("vendor.com/net=a")
        .hasMessageContaining(told);
  }

  private ContainerConfig resolve(String device) {
    return devices.resolve(asking(device).build());
  }

  @Test
  void an_annotation_names_devices_beside_the_field() throws IOException {
    Files.writeString(installed.resolve("board.yaml"), BOARD);
    ContainerConfig asked =
        asking("vendor.com/board=one")
            .putAnnotations("cdi.k8s.io/plugin_board", "vendor.com/board=one,vendor.com/board=two")
            .putAnnotations("other", "vendor.com/board=three")
            .build();

    ContainerConfig both =
        asking("vendor.com/board=one", "vendor.com/board=two")
            .putAllAnnotations(asked.getAnnotationsMap())
            .build();
    assertThat(devices.resolve(asked)).isEqualTo(devices.resolve(both));
    assertThat(devices.resolve(asked).getDevicesCount()).isEqualTo(2);
    assertThatThrownBy(() ->
            devices.resolve(
                ContainerConfig.newBuilder().putAnnotations("cdi.k8s.io/x", "board").build()))
        .hasMessageContaining("annotation 'cdi.k8s.io/x' names the device 'board'")
        .isInstanceOfSatisfying(
            CriException.class, e -> assertThat(e.code()).isEqualTo(Status.Code.INVALID_ARGUMENT));
  }

  private static ContainerConfig.Builder asking(String... names) {
    ContainerConfig.Builder config = ContainerConfig.newBuilder();
    for (String name : names) {
      config.addCDIDevices(CDIDevice.newBuilder().setName(name));
    }
    return config;
  }

  private static void write(Path file, String kind, String edits) throws IOException {
    Files.writeString(
        file,
        """
        {"cdiVersion": "1.0.0", "kind": "%s",
         "devices": [{"name": "a", "containerEdits": {%s}}]}
        """
            .formatted(kind, edits));
  }

  private static KeyValue variable(String key, String value) {
    return KeyValue.newBuilder().setKey(key).setValue(ByteString.copyFromUtf8(value)).build();
  }

  private static Device device(String hostPath, String containerPath, String permissions) {
    return Device.newBuilder()
        .setHostPath(hostPath)
        .setContainerPath(containerPath)
        .setPermissions(permissions)
        .build();
  }
}
