package io.keelson.cni;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AttachmentTest {
  @ParameterizedTest
  @ValueSource(strings = {"", "../c1", "a b", "-c", "a/b"})
  void anIdThatIsNoIdNeverReachesAPath(String id) {
    assertThatThrownBy(() -> new Attachment(id, null, "eth0", Map.of(), CapabilityArguments.NONE))
        .hasMessageContaining("container id '" + id + "'");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", ".", "..", "a/b", "a:b", "a b", "sixteen-letters-"})
  void anInterfaceNameTheKernelWouldRefuseIsRefused(String name) {
    assertThatThrownBy(() -> new Attachment("c", null, name, Map.of(), CapabilityArguments.NONE))
        .hasMessageContaining("interface name '" + name + "'");
  }

  @Test
  void anArgumentCannotSmuggleInAnother() {
    assertThatThrownBy(() ->
            new Attachment(
                "c", null, "eth0", Map.of("K", "v;IP=10.0.0.1"), CapabilityArguments.NONE))
        .hasMessageContaining("CNI argument 'K'");
  }
}
