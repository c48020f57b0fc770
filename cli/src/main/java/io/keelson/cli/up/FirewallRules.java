package io.keelson.cli.up;

import java.util.ArrayList;
import java.util.List;

/** Rules as {@code iptables -S} lists them. */
final class FirewallRules {
  private FirewallRules() {}

  /** The arguments a listed rule is made of; a comment in quotes is one of them. */
  static List<String> words(String rule) {
    List<String> words = new ArrayList<>();
    StringBuilder word = new StringBuilder();
    boolean quoted = false;
    for (int i = 0; i < rule.length(); i++) {
      char c = rule.charAt(i);
      if (quoted && c == '\\' && i + 1 < rule.length()) {
        i++;
        word.append(rule.charAt(i));
      } else if (c == '"') {
        quoted = !quoted;
      } else if (c == ' ' && !quoted) {
        words.add(word.toString());
        word.setLength(0);
      } else {
        word.append(c);
      }
    }
    words.add(word.toString());
    return words;
  }
}
