package io.keelson.cni;

import org.jspecify.annotations.Nullable;

/** Something in container networking that failed; the message names object, cause and remedy. */
public sealed class CniException extends RuntimeException
    permits AttachmentCacheException,
        ConfigurationException,
        PluginException,
        PluginMissingException {
  private static final long serialVersionUID = 1L;

  /** Creates a failure. */
  public CniException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
