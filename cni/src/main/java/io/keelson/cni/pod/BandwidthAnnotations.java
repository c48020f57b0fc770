package io.keelson.cni.pod;

import io.keelson.cni.Bandwidth;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The annotations by which a pod asks for limits of its traffic, in Kubernetes' form of quantities:
 * bits a second, {@code 10M} for example.
 */
final class BandwidthAnnotations {
  private static final String INGRESS = "kubernetes.io/ingress-bandwidth";
  private static final String EGRESS = "kubernetes.io/egress-bandwidth";

  /** The most the bandwidth plugin takes: bursts are not what Kubernetes limits. */
  private static final long BURST = 0xFFFF_FFFFL;

  private static final long MIN_RATE = 1_000;
  private static final long MAX_RATE = 1_000_000_000_000_000L;

  private static final Pattern QUANTITY =
      Pattern.compile("(\\d{1,18}(?:\\.\\d{1,9})?)(?:(k|M|G|T|P|Ki|Mi|Gi|Ti|Pi)|[eE](\\d{1,2}))?");

  private BandwidthAnnotations() {}

  /**
   * What the annotations ask for, or null when they ask for nothing.
   *
   * @throws IllegalArgumentException when a value is no quantity, or outside 1k to 1P
   */
  static @Nullable Bandwidth of(Map<String, String> annotations) {
    long ingress = rate(annotations, INGRESS);
    long egress = rate(annotations, EGRESS);
    if (ingress == 0 && egress == 0) {
      return null;
    }
    return new Bandwidth(ingress, ingress == 0 ? 0 : BURST, egress, egress == 0 ? 0 : BURST);
  }

  private static long rate(Map<String, String> annotations, String key) {
    String text = annotations.get(key);
    if (text == null) {
      return 0;
    }
    Matcher matcher = QUANTITY.matcher(text.strip());
    if (!matcher.matches()) {
      throw new IllegalArgumentException(
          "annotation " + key + ": '" + text + "' is not a quantity like 10M");
    }
    BigDecimal rate = new BigDecimal(matcher.group(1)).multiply(factor(matcher));
    if (rate.compareTo(BigDecimal.valueOf(MIN_RATE)) < 0
        || rate.compareTo(BigDecimal.valueOf(MAX_RATE)) > 0) {
      throw new IllegalArgumentException(
          "annotation " + key + ": '" + text + "' is not between 1k and 1P bits a second");
    }
    return rate.setScale(0, RoundingMode.CEILING).longValueExact();
  }

  private static BigDecimal factor(Matcher matcher) {
    String exponent = matcher.group(3);
    if (exponent != null) {
      return BigDecimal.TEN.pow(Integer.parseInt(exponent));
    }
    String suffix = matcher.group(2);
    if (suffix == null) {
      return BigDecimal.ONE;
    }
    int step = "kMGTP".indexOf(Character.toString(suffix.charAt(0)).replace('K', 'k')) + 1;
    return BigDecimal.valueOf(suffix.endsWith("i") ? 1_024 : 1_000).pow(step);
  }
}
