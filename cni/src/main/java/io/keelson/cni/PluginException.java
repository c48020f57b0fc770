package io.keelson.cni;

import org.jspecify.annotations.Nullable;

/**
 * A plugin that refused, failed, took too long or answered what cannot be understood. The message
 * names plugin, operation and cause.
 */
public final class PluginException extends CniException {
  private static final long serialVersionUID = 1L;

  /** The plugin cannot serve now; from the specification. */
  public static final int NOT_AVAILABLE = 50;

  /** The plugin cannot serve, and containers already attached may be cut off; specification. */
  public static final int LIMITED_CONNECTIVITY = 51;

  /** Nothing said a code: the plugin did not end, or not in the form of an error. */
  public static final int NO_CODE = 0;

  private final int code;
  private final String pluginType;

  PluginException(String pluginType, int code, String message, @Nullable Throwable cause) {
    super(message, cause);
    this.pluginType = pluginType;
    this.code = code;
  }

  /** The code the plugin gave, as in the specification's table, or {@link #NO_CODE}. */
  public int code() {
    return code;
  }

  /** The plugin's type: the name of its program. */
  public String pluginType() {
    return pluginType;
  }
}
