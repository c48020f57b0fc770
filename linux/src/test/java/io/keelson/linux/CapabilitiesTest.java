package io.keelson.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class CapabilitiesTest {
  @Test
  void rootThatLacksOneCapabilityIsToldFromRootThatHasAll() {
    Capabilities capabilities =
        Capabilities.parse(
            List.of(
                "Name:\tjava",
                "CapPrm:\t000001ffffffffff",
                "CapEff:\t000001fffeffffff",
                "CapBnd:\t000001ffffffffff"));

    assertThat(capabilities.has(Capability.SYS_RESOURCE)).isFalse();
    assertThat(capabilities.has(Capability.SYS_ADMIN)).isTrue();
    assertThat(capabilities.has(Capability.CHECKPOINT_RESTORE)).isTrue();
    assertThat(capabilities.canGrant(Capability.SYS_RESOURCE)).isTrue();
  }

  @Test
  void aStatusWithoutTheSetsIsRefusedByTheMissingLine() {
    assertThatThrownBy(() -> Capabilities.parse(List.of("Name:\tjava")))
        .hasMessageContaining("CapEff:");
  }
}
