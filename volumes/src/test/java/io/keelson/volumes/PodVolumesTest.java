package io.keelson.volumes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.keelson.linux.NativeMounts;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class PodVolumesTest {
  @TempDir private Path directory;
  private final PodVolumes volumes = PodVolumes.standard(new NativeMounts());

  private HostPathPublication publish(String name, VolumeSource source) {
    return volumes.publish(directory.resolve("pod"), name, source, VolumeOwnership.UNCHANGED);
  }

  @Test
  void anEmptyDirIsEverybodysAndKeepsItsFilesWhenPublishedAgain() throws IOException {
    EmptyDir source = new EmptyDir(EmptyDir.Medium.DISK, 0);
    Path path = publish("scratch", source).path();
    Files.writeString(path.resolve("file"), "kept");

    assertThat(publish("scratch", source).path()).isEqualTo(path);
    assertThat(path.resolve("file")).hasContent("kept");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
        .isEqualTo("rwxrwxrwx");
  }

  @Test
  void whatAnEarlierProcessPublishedIsTakenAway() throws IOException {
    publish("scratch", new EmptyDir(EmptyDir.Medium.DISK, 0));
    publish("settings", configMap("key", "value"));
    Path outside = Files.writeString(directory.resolve("outside"), "stays");
    Files.createSymbolicLink(directory.resolve("pod/volumes/empty-dir/scratch/link"), outside);

    PodVolumes later = PodVolumes.standard(new NativeMounts());
    later.unpublishAll(directory.resolve("pod"));
    later.unpublishAll(directory.resolve("pod"));

    assertThat(directory.resolve("pod/volumes")).isEmptyDirectory();
    assertThat(outside).hasContent("stays");
  }

  @ParameterizedTest
  @ValueSource(strings = {"..", ".", "a/b", "A", "", "-a"})
  void aNameThatIsNoNameIsRefused(String name) {
    assertThatThrownBy(() -> publish(name, new EmptyDir(EmptyDir.Medium.DISK, 0)))
        .isInstanceOf(VolumeException.class)
        .hasMessageContaining("not a name");
  }

  @ParameterizedTest
  @EnumSource(
      value = HostPath.Type.class,
      names = {"DIRECTORY", "FILE", "SOCKET", "CHAR_DEVICE", "BLOCK_DEVICE"})
  void aHostPathThatIsMissingIsRefusedWithPathAndType(HostPath.Type type) {
    Path missing = directory.resolve("missing");

    assertThatThrownBy(() -> publish("host", new HostPath(missing, type)))
        .isInstanceOf(VolumeException.class)
        .hasMessageContaining(missing.toString())
        .hasMessageContaining(type.word())
        .hasMessageContaining("nothing is there");
  }

  @Test
  void aHostPathIsMadeWhereItsTypeSaysSo() {
    publish("a", new HostPath(directory.resolve("x/y"), HostPath.Type.DIRECTORY_OR_CREATE));
    publish("b", new HostPath(directory.resolve("x/file"), HostPath.Type.FILE_OR_CREATE));

    assertThat(directory.resolve("x/y")).isDirectory();
    assertThat(directory.resolve("x/file")).isRegularFile();
    assertThatThrownBy(
            () -> publish("c", new HostPath(directory.resolve("x"), HostPath.Type.FILE_OR_CREATE)))
        .hasMessageContaining("something else is there");
  }

  @Test
  void aSocketAndADeviceAreKnownForWhatTheyAre() throws IOException {
    Path socket = directory.resolve("s");
    try (var server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      server.bind(UnixDomainSocketAddress.of(socket));

      assertThat(publish("a", new HostPath(socket, HostPath.Type.SOCKET)).path()).isEqualTo(socket);
    }
    publish("b", new HostPath(Path.of("/dev/null"), HostPath.Type.CHAR_DEVICE));
  }

  @Test
  void aConfigMapIsSwappedAsAWholeAndLosesOldKeys() throws IOException {
    Path path = publish("settings", configMap("old", "1")).path();
    Path firstData = path.resolve("..data").toRealPath();
    publish("settings", configMap("old", "1"));
    assertThat(path.resolve("..data").toRealPath()).isEqualTo(firstData);

    HostPathPublication second = publish("settings", configMap("conf.d/new", "2"));

    assertThat(second.readOnly()).isTrue();
    assertThat(path.resolve("conf.d/new")).hasContent("2");
    assertThat(path.resolve("old")).doesNotExist();
    assertThat(firstData).doesNotExist();
    assertThat(Files.getAttribute(path.resolve("conf.d/new"), "unix:mode")).isEqualTo(0100440);
  }

  @ParameterizedTest
  @ValueSource(strings = {"../up", "/etc/passwd", "a/../../b", "..data", ""})
  void aConfigMapFileOutsideItsVolumeIsRefused(String path) {
    assertThatThrownBy(() -> configMap(path, "x")).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aSubPathThatLeadsOutIsRefusedBeforeAnythingIsMounted() throws IOException {
    HostPathPublication volume = publish("scratch", new EmptyDir(EmptyDir.Medium.DISK, 0));
    Files.createSymbolicLink(volume.path().resolve("out"), Path.of("/etc"));

    for (String subPath : new String[] {"out", "out/new", "../..", "/etc"}) {
      assertThatThrownBy(() ->
              volumes.pinSubPath(directory.resolve("pod"), "scratch", volume, "web", 0, subPath))
          .isInstanceOf(VolumeException.class)
          .hasMessageContaining(subPath);
    }
    assertThat(Path.of("/etc/new")).doesNotExist();
  }

  @Test
  void aSizeLimitNobodyEnforcesIsRefused() {
    assertThatThrownBy(() -> new EmptyDir(EmptyDir.Medium.DISK, 1))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private static ConfigMapFiles configMap(String path, String text) {
    return new ConfigMapFiles(
        Map.of(path, new ConfigMapFiles.File(text.getBytes(StandardCharsets.UTF_8), 0440)));
  }
}
