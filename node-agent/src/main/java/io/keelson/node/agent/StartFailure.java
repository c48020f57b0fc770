package io.keelson.node.agent;

import org.jspecify.annotations.Nullable;

/** A container that could not be started, with the reason word Kubernetes has for it. */
final class StartFailure extends Exception {
  private static final long serialVersionUID = 1L;

  static final String IMAGE_NEVER_PULL = "ErrImageNeverPull";
  static final String IMAGE_PULL = "ErrImagePull";
  static final String IMAGE_PULL_BACK_OFF = "ImagePullBackOff";
  static final String INVALID_IMAGE_NAME = "InvalidImageName";
  static final String CREATE_CONFIG = "CreateContainerConfigError";
  static final String CREATE = "CreateContainerError";
  static final String RUN = "RunContainerError";
  static final String POST_START_HOOK = "PostStartHookError";

  private final String reason;

  StartFailure(String reason, String message, @Nullable Throwable cause) {
    super(message, cause);
    this.reason = reason;
  }

  String reason() {
    return reason;
  }

  String text() {
    return String.valueOf(getMessage());
  }
}
