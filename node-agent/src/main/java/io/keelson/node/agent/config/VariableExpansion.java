package io.keelson.node.agent.config;

import java.util.Map;

/** {@code $(NAME)} in commands, arguments and environment values, as Kubernetes has it. */
final class VariableExpansion {
  private VariableExpansion() {}

  /**
   * Puts in the values of known variables; unknown ones stay as they are written, and {@code
   * $$(NAME)} stands for {@code $(NAME)}.
   */
  static String expand(String text, Map<String, String> variables) {
    StringBuilder expanded = new StringBuilder(text.length());
    int i = 0;
    while (i < text.length()) {
      char c = text.charAt(i);
      if (c != '$' || i + 1 == text.length()) {
        expanded.append(c);
        i++;
        continue;
      }
      char next = text.charAt(i + 1);
      int end = next == '(' ? text.indexOf(')', i + 2) : -1;
      if (next == '$') {
        expanded.append('$');
        i += 2;
      } else if (end < 0) {
        expanded.append(c).append(next);
        i += 2;
      } else {
        String name = text.substring(i + 2, end);
        String value = variables.get(name);
        expanded.append(value == null ? text.substring(i, end + 1) : value);
        i = end + 1;
      }
    }
    return expanded.toString();
  }
}
