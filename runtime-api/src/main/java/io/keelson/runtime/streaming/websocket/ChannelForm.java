package io.keelson.runtime.streaming.websocket;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;

/** How a message tells its channel, and carries that channel's bytes. */
public enum ChannelForm {
  /** The channel is the first byte, the rest are the bytes themselves. */
  BINARY {
    @Override
    int channel(int first) {
      return first;
    }

    @Override
    InputStream content(InputStream rest) {
      return rest;
    }

    @Override
    void send(WebSocket socket, int channel, byte[] bytes, int offset, int length)
        throws IOException {
      byte[] message = new byte[1 + length];
      message[0] = (byte) channel;
      System.arraycopy(bytes, offset, message, 1, length);
      socket.send(false, message);
    }
  },

  /** Text: the channel is the first character, counted from '0', the rest is base64. */
  BASE64 {
    @Override
    int channel(int first) {
      return first - '0';
    }

    @Override
    InputStream content(InputStream rest) {
      return Base64.getDecoder().wrap(rest);
    }

    @Override
    void send(WebSocket socket, int channel, byte[] bytes, int offset, int length)
        throws IOException {
      byte[] content = Arrays.copyOfRange(bytes, offset, offset + length);
      String message = (char) ('0' + channel) + Base64.getEncoder().encodeToString(content);
      socket.send(true, message.getBytes(StandardCharsets.US_ASCII));
    }
  };

  abstract int channel(int first);

  abstract InputStream content(InputStream rest);

  abstract void send(WebSocket socket, int channel, byte[] bytes, int offset, int length)
      throws IOException;

  /** A sink for one channel; each write is a message. Closing it does nothing. */
  OutputStream output(WebSocket socket, int channel) {
    return new OutputStream() {
      private static final int MESSAGE_SIZE = 16 * 1024;

      @Override
      public void write(int b) throws IOException {
        write(new byte[] {(byte) b}, 0, 1);
      }

      @Override
      public void write(byte[] bytes, int offset, int length) throws IOException {
        for (int done = 0; done < length; done += MESSAGE_SIZE) {
          send(socket, channel, bytes, offset + done, Math.min(MESSAGE_SIZE, length - done));
        }
      }
    };
  }
}
