package io.keelson.runtime.streaming.spdy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.keelson.runtime.streaming.flow.SocketDuplex;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The server's side over a real socket, with a client that sends what it likes. */
@SuppressWarnings("NullAway.Init") // set by @BeforeEach
final class SpdyConnectionTest {
  private static final SpdyFrame.Headers NONE = SpdyFrame.Headers.NONE;

  private final LinkedBlockingQueue<SpdyStream> opened = new LinkedBlockingQueue<>();
  private Socket peer;
  private OutputStream toServer;
  private SpdyWriter writer;
  private SpdyReader reader;
  private SpdyConnection server;
  private Thread running;

  @BeforeEach
  void connect() throws IOException {
    Socket accepted;
    try (ServerSocket listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      peer = new Socket(listener.getInetAddress(), listener.getLocalPort());
      accepted = listener.accept();
    }
    server =
        SpdyConnection.server(
            new SocketDuplex(accepted, accepted),
            stream -> {
              stream.reply();
              opened.add(stream);
            },
            () -> {});
    running = Thread.startVirtualThread(server::run);
    peer.setSoTimeout(20_000);
    toServer = new BufferedOutputStream(peer.getOutputStream());
    writer = new SpdyWriter();
    reader = new SpdyReader(peer.getInputStream());
  }

  @AfterEach
  void theConnectionEndsWithItsPeer() throws Exception {
    peer.close();
    running.join();
    writer.close();
    reader.close();
  }

  private void send(SpdyFrame frame) throws IOException {
    writer.write(frame, toServer);
    toServer.flush();
  }

  private void send(int stream, int size) throws IOException {
    writer.write(new SpdyFrame.Data(stream, false, size), toServer);
    toServer.write(new byte[size]);
    toServer.flush();
  }

  private SpdyStream open(int id) throws Exception {
    send(new SpdyFrame.SynStream(id, false, false, NONE));
    SpdyStream stream = opened.poll(10, TimeUnit.SECONDS);
    assertThat(stream).isNotNull();
    return stream;
  }

  /** Reads until a frame like this one arrives. */
  private void awaitFrame(SpdyFrame awaited) throws IOException {
    SpdyFrame frame = reader.next();
    while (!awaited.equals(frame)) {
      assertThat(frame).as("while waiting for " + awaited).isNotNull();
      frame = reader.next();
    }
  }

  @Test
  void aPingOfThePeersIsEchoedAndAnAnswerIsNot() throws Exception {
    send(new SpdyFrame.Ping(2));
    send(new SpdyFrame.Ping(7));

    SpdyFrame frame = reader.next();
    while (!(frame instanceof SpdyFrame.Ping)) {
      frame = reader.next();
    }
    assertThat(frame).isEqualTo(new SpdyFrame.Ping(7));
  }

  @Test
  void aPeerThatNeverSpeaksOfWindowsIsSentMoreThanOne() throws Exception {
    SpdyStream stream = open(1);
    Thread.startVirtualThread(() -> write(stream, 1_000_000));

    assertThat(received(1, 1_000_000)).isEqualTo(1_000_000);
  }

  @Test
  void aPeerThatAnnouncesAWindowIsNotSentMore() throws Exception {
    send(new SpdyFrame.Settings(Map.of(SpdyFrame.INITIAL_WINDOW_SIZE, 1000)));
    SpdyStream stream = open(1);
    AtomicLong written = new AtomicLong();
    Thread.startVirtualThread(() -> written.set(write(stream, 1500)));

    assertThat(received(1, 1000)).isEqualTo(1000);
    server.ping();
    awaitFrame(new SpdyFrame.Ping(2));
    assertThat(written).hasValue(0);

    send(new SpdyFrame.WindowUpdate(1, 300));
    assertThat(received(1, 300)).isEqualTo(300);
    send(new SpdyFrame.Settings(Map.of(SpdyFrame.INITIAL_WINDOW_SIZE, 1200)));
    assertThat(received(1, 200)).isEqualTo(200);
    await().until(() -> written.get() == 1500);
  }

  private static long write(SpdyStream stream, int size) {
    try {
      stream.output().write(new byte[size]);
      return size;
    } catch (IOException e) {
      return -1;
    }
  }

  private int received(int streamId, int wanted) throws IOException {
    int received = 0;
    byte[] chunk = new byte[8192];
    while (received < wanted) {
      SpdyFrame frame = reader.next();
      assertThat(frame).isNotNull();
      if (frame instanceof SpdyFrame.Data data && data.streamId() == streamId) {
        received += data.length();
        assertThat(reader.readPayload(chunk)).isPositive();
      }
    }
    return received;
  }

  @Test
  void roomIsGivenBackAsTheStreamIsRead() throws Exception {
    SpdyStream stream = open(1);
    send(1, SpdyConnection.WINDOW_SIZE);
    assertThat(nextUpdate().streamId()).as("all streams together").isZero();

    stream.input().skipNBytes(SpdyConnection.WINDOW_SIZE);

    SpdyFrame.WindowUpdate update = nextUpdate();
    while (update.streamId() == 0) {
      update = nextUpdate();
    }
    assertThat(update.streamId()).isEqualTo(1);
    assertThat(update.delta())
        .isBetween(SpdyConnection.WINDOW_SIZE / 2, SpdyConnection.WINDOW_SIZE);
  }

  private SpdyFrame.WindowUpdate nextUpdate() throws IOException {
    while (true) {
      if (reader.next() instanceof SpdyFrame.WindowUpdate update) {
        return update;
      }
    }
  }

  @Test
  void aResetEndsBothDirectionsAtOnce() throws Exception {
    SpdyStream stream = open(1);
    send(1, 10);
    send(new SpdyFrame.RstStream(1, SpdyConnection.CANCEL));
    CountDownLatch aborted = new CountDownLatch(1);
    stream.onAbort(aborted::countDown);

    assertThat(aborted.await(10, TimeUnit.SECONDS)).isTrue();
    assertThatThrownBy(() -> stream.input().readAllBytes()).hasMessageContaining("reset stream 1");
    assertThatThrownBy(() -> stream.output().write(1)).hasMessageContaining("reset stream 1");
  }

  @Test
  void theLossOfTheConnectionIsAFailureAndNoEndOfInput() throws Exception {
    SpdyStream stream = open(1);
    send(1, 10);
    await().until(() -> stream.input().available() == 10);
    peer.close();

    assertThatThrownBy(() -> stream.input().readAllBytes()).isInstanceOf(IOException.class);
  }

  @Test
  void aPeerThatIsGoneIsNoticedWhileAStreamIsFullAndNobodyReads() throws Exception {
    SpdyStream stream = open(1);
    send(1, SpdyConnection.WINDOW_SIZE);
    send(1, SpdyConnection.WINDOW_SIZE);
    await().until(() -> stream.input().available() == SpdyConnection.WINDOW_SIZE);
    peer.close();

    await()
        .until(() -> {
          server.ping();
          return !running.isAlive();
        });
  }

  @Test
  void streamsBeyondTheLimitAreRefusedAndTheOthersGoOn() throws Exception {
    for (int i = 0; i < SpdyConnection.STREAM_LIMIT; i++) {
      send(new SpdyFrame.SynStream(2 * i + 1, false, false, NONE));
    }
    int beyond = 2 * SpdyConnection.STREAM_LIMIT + 1;
    send(new SpdyFrame.SynStream(beyond, false, false, NONE));

    awaitFrame(new SpdyFrame.RstStream(beyond, SpdyConnection.REFUSED_STREAM));
    send(new SpdyFrame.RstStream(1, SpdyConnection.CANCEL));
    send(new SpdyFrame.SynStream(beyond + 2, false, false, NONE));
    awaitFrame(new SpdyFrame.SynReply(beyond + 2, false, NONE));
  }

  @Test
  void streamIdsMustRise() throws Exception {
    open(3);
    send(new SpdyFrame.SynStream(1, false, false, NONE));

    running.join();
  }

  @Test
  void aPeerThatAsksForAnswersAndTakesNoneIsDropped() throws Exception {
    Thread flood =
        Thread.startVirtualThread(() -> {
          try {
            while (true) {
              writer.write(new SpdyFrame.Ping(1), toServer);
            }
          } catch (IOException e) {
            // The server has had enough.
          }
        });

    flood.join();
    running.join();
    assertThat(List.of(running.isAlive(), flood.isAlive())).containsOnly(false);
  }
}
