package io.keelson.cni;

import org.jspecify.annotations.Nullable;

/** The record of what is attached cannot be read or written; the message names the file. */
public final class AttachmentCacheException extends CniException {
  private static final long serialVersionUID = 1L;

  AttachmentCacheException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
