package io.keelson.cli.up;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** The words of a rule as {@code iptables -S} prints it. */
final class FirewallRulesTest {
  @Test
  void aCommentInQuotesIsOneWordWithItsOwnQuotesUnescaped() {
    assertThat(
            FirewallRules.words(
                "-A POSTROUTING -m comment --comment \"name: \\\"a b\\\" id: \\\"c\\\"\" -j CNI-1"))
        .containsExactly(
            "-A",
            "POSTROUTING",
            "-m",
            "comment",
            "--comment",
            "name: \"a b\" id: \"c\"",
            "-j",
            "CNI-1");
  }

  @Test
  void anEmptyCommentIsAWordToo() {
    assertThat(FirewallRules.words("-A X --comment \"\" -j Y"))
        .containsExactly("-A", "X", "--comment", "", "-j", "Y");
  }
}
