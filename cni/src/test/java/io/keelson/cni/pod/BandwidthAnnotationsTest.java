package io.keelson.cni.pod;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.keelson.cni.Bandwidth;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class BandwidthAnnotationsTest {
  private static final String INGRESS = "kubernetes.io/ingress-bandwidth";
  private static final String EGRESS = "kubernetes.io/egress-bandwidth";

  @ParameterizedTest
  @CsvSource({
    "1000, 1000",
    "1k, 1000",
    "10M, 10000000",
    "1.5G, 1500000000",
    "2Ki, 2048",
    "1Mi, 1048576",
    "1P, 1000000000000000",
    "12e3, 12000",
    "1000.1, 1001"
  })
  void aQuantityIsBitsASecond(String text, long rate) {
    assertThat(BandwidthAnnotations.of(Map.of(EGRESS, text)))
        .isEqualTo(new Bandwidth(0, 0, rate, 0xFFFF_FFFFL));
  }

  @Test
  void noAnnotationAsksForNothing() {
    assertThat(BandwidthAnnotations.of(Map.of("other", "10M"))).isNull();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "fast", "-1M", "999", "2P", "1E", "9e99", "1 M"})
  void aValueThatIsNoReasonableRateIsRefusedByItsAnnotation(String text) {
    assertThatThrownBy(() -> BandwidthAnnotations.of(Map.of(INGRESS, text)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(INGRESS)
        .hasMessageContaining("'" + text + "'");
  }
}
