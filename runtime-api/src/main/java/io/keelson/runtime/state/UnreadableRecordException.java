package io.keelson.runtime.state;

/** A record file whose content is damaged, cut short or of another kind; the message says which. */
public final class UnreadableRecordException extends Exception {
  private static final long serialVersionUID = 1L;

  UnreadableRecordException(String message) {
    super(message);
  }
}
