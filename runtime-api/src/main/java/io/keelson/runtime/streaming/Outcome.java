package io.keelson.runtime.streaming;

import java.nio.charset.StandardCharsets;

/** How a command or an attachment ended, and how its client is told on the error stream. */
sealed interface Outcome {

  /** It ended well. */
  record Success() implements Outcome {}

  /** The command ended with an exit code other than 0. */
  record ExitCode(int code) implements Outcome {}

  /** It could not be started or watched to its end. */
  record Failure(String message) implements Outcome {}

  /** The outcome of a command that has ended. */
  static Outcome exited(int code) {
    return code == 0 ? new Success() : new ExitCode(code);
  }

  /** What protocols before version 4 say: nothing for success, else a line for a person. */
  default byte[] text() {
    String text =
        switch (this) {
          case Success _ -> "";
          case ExitCode(int code) ->
              "command terminated with non-zero exit code: exit status " + code;
          case Failure(String message) -> message;
        };
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /** What protocols from version 4 on say: a {@code metav1.Status}. */
  default byte[] json() {
    String json =
        switch (this) {
          case Success _ -> "{\"metadata\":{},\"status\":\"Success\"}";
          case ExitCode(int code) ->
              """
              {"metadata":{},"status":"Failure",\
              "message":"command terminated with non-zero exit code: exit status %1$d",\
              "reason":"NonZeroExitCode",\
              "details":{"causes":[{"reason":"ExitCode","message":"%1$d"}]}}\
              """
                  .formatted(code);
          case Failure(String message) ->
              """
              {"metadata":{},"status":"Failure",\
              "message":%s,\
              "reason":"InternalError",\
              "details":{"causes":[{"message":%s}]},"code":500}\
              """
                  .formatted(quoted("Internal error occurred: " + message), quoted(message));
        };
    return json.getBytes(StandardCharsets.UTF_8);
  }

  private static String quoted(String text) {
    StringBuilder quoted = new StringBuilder(text.length() + 2).append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '"' || c == '\\') {
        quoted.append('\\').append(c);
      } else if (c < ' ') {
        quoted.append("\\u%04x".formatted((int) c));
      } else {
        quoted.append(c);
      }
    }
    return quoted.append('"').toString();
  }
}
