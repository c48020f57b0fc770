package io.keelson.node.agent.config;

import org.jspecify.annotations.Nullable;

/** A pod's manifest asks for something that cannot be had now; the message says what and why. */
public final class ConfigException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** Creates a failure with a message for a person. */
  public ConfigException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }

  /** Creates a failure with a message for a person. */
  public ConfigException(String message) {
    this(message, null);
  }
}
