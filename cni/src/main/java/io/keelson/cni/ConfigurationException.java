package io.keelson.cni;

import org.jspecify.annotations.Nullable;

/** A network configuration that cannot be used; the message names its file and what is wrong. */
public final class ConfigurationException extends CniException {
  private static final long serialVersionUID = 1L;

  /** Creates a failure. */
  public ConfigurationException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
