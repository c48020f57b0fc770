package io.keelson.runtime.streaming.spdy;

/** The numbers of SPDY/3.1 on the wire. */
final class SpdyWire {
  static final int VERSION = 3;

  static final int SYN_STREAM = 1;
  static final int SYN_REPLY = 2;
  static final int RST_STREAM = 3;
  static final int SETTINGS = 4;
  static final int PING = 6;
  static final int GOAWAY = 7;
  static final int HEADERS = 8;
  static final int WINDOW_UPDATE = 9;

  static final int FLAG_FIN = 1;
  static final int FLAG_UNIDIRECTIONAL = 2;

  /** Stream ids and window sizes have 31 bits. */
  static final int STREAM_ID_MASK = 0x7fffffff;

  private SpdyWire() {}
}
