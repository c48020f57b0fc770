package io.keelson.cni;

import java.util.regex.Pattern;

/** The forms of names that become file names and environment variables. */
final class Names {
  private static final Pattern IDENTIFIER = Pattern.compile("[a-zA-Z0-9][a-zA-Z0-9_.\\-]*");

  /** IFNAMSIZ less the final zero. */
  private static final int MAX_INTERFACE_NAME = 15;

  private Names() {}

  static boolean isIdentifier(String name) {
    return IDENTIFIER.matcher(name).matches();
  }

  static void requireContainerId(String id) {
    if (!isIdentifier(id)) {
      throw new IllegalArgumentException(
          "container id '" + id + "' does not match " + IDENTIFIER.pattern());
    }
  }

  static void requireInterfaceName(String name) {
    if (name.isEmpty()
        || name.length() > MAX_INTERFACE_NAME
        || name.equals(".")
        || name.equals("..")
        || name.chars()
            .anyMatch(c -> c == '/' || c == ':' || Character.isWhitespace(c) || c == 0)) {
      throw new IllegalArgumentException(
          "interface name '"
              + name
              + "' is not 1 to "
              + MAX_INTERFACE_NAME
              + " characters without '/', ':' and blanks");
    }
  }

  /** A plugin's type names a file in a plugin directory, never a path. */
  static boolean isPluginType(String type) {
    return !type.isEmpty()
        && !type.equals(".")
        && !type.equals("..")
        && type.indexOf('/') < 0
        && type.indexOf(0) < 0;
  }

  static String identifierPattern() {
    return IDENTIFIER.pattern();
  }
}
