package io.keelson.runtime.streaming;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import org.jspecify.annotations.Nullable;

/**
 * The client's streams of one exec or attach, whatever carries them.
 *
 * @param stdin null where there is none, as with the next three
 * @param stdout what the client sees as output
 * @param stderr what it sees as errors
 * @param resize sizes of its terminal
 * @param error takes the outcome
 * @param statusDocument whether the outcome is told as a document, else as text
 */
record CommandStreams(
    @Nullable InputStream stdin,
    @Nullable OutputStream stdout,
    @Nullable OutputStream stderr,
    @Nullable InputStream resize,
    OutputStream error,
    boolean statusDocument) {

  /** Where output goes, wanted or not. */
  OutputStream stdoutOrNowhere() {
    return stdout == null ? OutputStream.nullOutputStream() : stdout;
  }

  /** Where errors go, wanted or not. */
  OutputStream stderrOrNowhere() {
    return stderr == null ? OutputStream.nullOutputStream() : stderr;
  }

  /** Ends the output and tells the outcome, in the order clients rely on. */
  void finish(Outcome outcome) throws IOException {
    stdoutOrNowhere().close();
    stderrOrNowhere().close();
    byte[] told = statusDocument ? outcome.json() : outcome.text();
    if (told.length > 0) {
      error.write(told);
    }
    error.close();
  }
}
