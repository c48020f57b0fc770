package io.keelson.runtime.streaming.spdy;

import java.util.List;
import java.util.Map;

/**
 * A frame of SPDY/3.1, without the payload of a data frame. Only what streams carry is kept of
 * settings; priorities and associated streams are not.
 */
sealed interface SpdyFrame {

  /** The id of the one setting that matters here: the first window of every stream. */
  int INITIAL_WINDOW_SIZE = 7;

  /** The peer opens a stream. */
  record SynStream(int streamId, boolean fin, boolean unidirectional, Headers headers)
      implements SpdyFrame {}

  /** The peer accepts a stream. */
  record SynReply(int streamId, boolean fin, Headers headers) implements SpdyFrame {}

  /** Further headers of a stream. */
  record MoreHeaders(int streamId, boolean fin, Headers headers) implements SpdyFrame {}

  /** A stream ends at once, in both directions. */
  record RstStream(int streamId, int status) implements SpdyFrame {}

  /** Values by setting id. */
  record Settings(Map<Integer, Integer> values) implements SpdyFrame {}

  /** A sign of life, to be echoed by the side that did not choose its id. */
  record Ping(int id) implements SpdyFrame {}

  /** The peer opens no streams any more. */
  record GoAway(int lastGoodStreamId, int status) implements SpdyFrame {}

  /** The peer has room for more bytes, of one stream or (id 0) of all together. */
  record WindowUpdate(int streamId, int delta) implements SpdyFrame {}

  /** Bytes of a stream; {@code length} of them follow on the wire. */
  record Data(int streamId, boolean fin, int length) implements SpdyFrame {}

  /**
   * Header names, in lower case, with their values.
   *
   * @param values unmodifiable, in wire order
   */
  record Headers(Map<String, List<String>> values) {
    static final Headers NONE = new Headers(Map.of());

    /** The first value of a header; empty when it is not there. */
    String first(String name) {
      List<String> all = values.getOrDefault(name, List.of());
      return all.isEmpty() ? "" : all.getFirst();
    }
  }
}
