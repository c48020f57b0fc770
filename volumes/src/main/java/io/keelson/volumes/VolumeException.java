package io.keelson.volumes;

import org.jspecify.annotations.Nullable;

/**
 * A volume that could not be published or unpublished; the message says which, why and what to do.
 */
public final class VolumeException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** Creates a failure with a message for a person. */
  public VolumeException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
