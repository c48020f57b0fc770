package io.keelson.runtime.streaming.spdy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.spdy.DefaultSpdySynStreamFrame;
import io.netty.handler.codec.spdy.SpdyFrameCodec;
import io.netty.handler.codec.spdy.SpdySynStreamFrame;
import io.netty.handler.codec.spdy.SpdyVersion;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.ProtocolException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.zip.Adler32;
import java.util.zip.Deflater;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What is written is read again, also by another implementation; the rest is refused. */
final class SpdyFramesTest {

  static List<Long> seeds() {
    return new Random(20261123).longs(60).boxed().toList();
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void framesComeBackAsTheyWereHoweverTheWireCutsThem(long seed) throws IOException {
    RandomFrames random = new RandomFrames(seed);
    List<SpdyFrame> sent = random.some();
    InputStream wire = new Dribble(new ByteArrayInputStream(bytes(sent, random)), seed);

    List<SpdyFrame> received = new ArrayList<>();
    try (SpdyReader reader = new SpdyReader(wire)) {
      for (SpdyFrame frame = reader.next(); frame != null; frame = reader.next()) {
        received.add(frame);
        // Every other payload is left to the reader to pass over.
        if (frame instanceof SpdyFrame.Data data && received.size() % 2 == 0) {
          assertThat(payload(reader)).isEqualTo(random.payload(data.length()));
        }
      }
    }

    assertThat(received).isEqualTo(sent);
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void aDamagedWireEndsTheConnectionAndNothingElse(long seed) throws IOException {
    RandomFrames frames = new RandomFrames(seed);
    byte[] wire = bytes(frames.some(), frames);
    Random random = new Random(seed);
    for (int round = 0; round < 200; round++) {
      byte[] damaged = Arrays.copyOf(wire, random.nextInt(wire.length + 1));
      for (int i = random.nextInt(4); i > 0 && damaged.length > 0; i--) {
        damaged[random.nextInt(damaged.length)] = (byte) random.nextInt();
      }
      try (SpdyReader reader = new SpdyReader(new ByteArrayInputStream(damaged))) {
        SpdyFrame frame = reader.next();
        while (frame != null) {
          frame = reader.next();
        }
      } catch (ProtocolException | EOFException e) {
        assertThat(e).as("the only ways to fail").isNotNull();
      }
    }
  }

  @Test
  void theDictionaryIsTheOneOfSpdy3() {
    Adler32 checksum = new Adler32();
    checksum.update(SpdyDictionary.bytes());
    assertThat(checksum.getValue()).isEqualTo(0xe3c6a7c2L);
  }

  @Test
  void nettyReadsOurHeadersAndWeReadNettys() throws IOException {
    EmbeddedChannel netty = new EmbeddedChannel(new SpdyFrameCodec(SpdyVersion.SPDY_3_1));
    SpdyWriter writer = new SpdyWriter();
    ByteArrayOutputStream fromNetty = new ByteArrayOutputStream();
    for (int id = 1; id < 20; id += 2) {
      SpdyFrame.Headers headers =
          new SpdyFrame.Headers(Map.of("streamtype", List.of("data"), "port", List.of("" + id)));
      ByteArrayOutputStream ours = new ByteArrayOutputStream();
      writer.write(new SpdyFrame.SynStream(id, false, false, headers), ours);
      netty.writeInbound(Unpooled.wrappedBuffer(ours.toByteArray()));
      SpdySynStreamFrame read = netty.readInbound();
      assertThat(read.streamId()).isEqualTo(id);
      assertThat(read.headers().get("port")).hasToString("" + id);
      assertThat(read.headers().get("streamtype")).hasToString("data");

      SpdySynStreamFrame theirs = new DefaultSpdySynStreamFrame(id, 0, (byte) 0);
      theirs.headers().add("port", "" + id);
      netty.writeOutbound(theirs);
      for (ByteBuf part = netty.readOutbound(); part != null; part = netty.readOutbound()) {
        part.readBytes(fromNetty, part.readableBytes());
        part.release();
      }
    }
    writer.close();
    netty.finishAndReleaseAll();
    try (SpdyReader reader = new SpdyReader(new ByteArrayInputStream(fromNetty.toByteArray()))) {
      for (int id = 1; id < 20; id += 2) {
        assertThat(reader.next())
            .isEqualTo(
                new SpdyFrame.SynStream(
                    id, false, false, new SpdyFrame.Headers(Map.of("port", List.of("" + id)))));
      }
      assertThat(reader.next()).isNull();
    }
  }

  @Test
  void aSmallBlockThatUnpacksToMegabytesIsRefused() {
    Deflater deflater = new Deflater();
    deflater.setDictionary(SpdyDictionary.bytes());
    deflater.setInput(new byte[10_000_000]);
    byte[] bomb = new byte[60_000];
    int length = deflater.deflate(bomb, 0, bomb.length, Deflater.SYNC_FLUSH);
    deflater.end();

    try (HeaderDecompressor decompressor = new HeaderDecompressor()) {
      assertThatThrownBy(() -> decompressor.decompress(Arrays.copyOf(bomb, length)))
          .isInstanceOf(ProtocolException.class)
          .hasMessageContaining("more than 65536 bytes");
    }
  }

  private static byte[] bytes(List<SpdyFrame> frames, RandomFrames random) throws IOException {
    ByteArrayOutputStream wire = new ByteArrayOutputStream();
    try (SpdyWriter writer = new SpdyWriter()) {
      for (SpdyFrame frame : frames) {
        writer.write(frame, wire);
        if (frame instanceof SpdyFrame.Data data) {
          wire.write(random.payload(data.length()));
        }
      }
    }
    return wire.toByteArray();
  }

  private static byte[] payload(SpdyReader reader) throws IOException {
    ByteArrayOutputStream payload = new ByteArrayOutputStream();
    byte[] chunk = new byte[1000];
    for (int count = reader.readPayload(chunk); count >= 0; count = reader.readPayload(chunk)) {
      payload.write(chunk, 0, count);
    }
    return payload.toByteArray();
  }

  /** Gives a few bytes at a time. */
  private static final class Dribble extends InputStream {
    private final InputStream source;
    private final Random random;

    Dribble(InputStream source, long seed) {
      this.source = source;
      this.random = new Random(seed);
    }

    @Override
    public int read() throws IOException {
      return source.read();
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
      return source.read(target, offset, Math.min(length, random.nextInt(1, 500)));
    }
  }
}
