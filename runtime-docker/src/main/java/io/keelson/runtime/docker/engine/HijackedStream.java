package io.keelson.runtime.docker.engine;

import io.keelson.runtime.spi.CriException;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.ProtocolException;
import java.net.URLEncoder;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The byte streams of a process in a container, over a connection that the engine took out of HTTP
 * ({@code Upgrade: tcp}). Unlike docker-java's, its stdin can be closed while output still flows.
 *
 * <p>Without a terminal the engine marks each block of output as stdout or stderr by a head of
 * eight bytes; with one, everything is stdout. One thread may write stdin while another copies
 * output; {@link #close} may come from any.
 */
public final class HijackedStream implements Closeable {
  /**
   * Keys nobody types in a row: the engine always has some that detach, and holds back what could
   * begin them.
   */
  static final String DETACH_KEYS = "ctrl-@,ctrl-^,ctrl-@,ctrl-^,ctrl-@,ctrl-^,ctrl-@,ctrl-^";

  private static final int FRAME_HEAD_SIZE = 8;
  private static final int COPY_SIZE = 16 * 1024;
  private static final int ERROR_DOCUMENT_LIMIT = 64 * 1024;

  private final EngineConnection connection;
  private final boolean tty;
  private final Stdin stdin = new Stdin();

  private HijackedStream(EngineConnection connection, boolean tty) {
    this.connection = connection;
    this.tty = tty;
  }

  /**
   * Posts a request that turns its connection into a stream.
   *
   * @param what the action for error messages, such as {@code start exec 3f2a}
   * @param path below the API version, such as {@code /exec/3f2a/start}
   * @param json the request's body; null for none, where the engine takes all that follows for the
   *     process's input
   * @param tty whether the process has a terminal, so that output comes unmarked
   * @throws CriException with the code that the engine's refusal means
   */
  static HijackedStream open(
      DockerEngine engine, String what, String path, @Nullable String json, boolean tty)
      throws InterruptedException {
    String versionedPath = "/v" + engine.version().api() + path;
    return engine.raw(
        what,
        () -> {
          EngineConnection connection = EngineConnection.open(engine.endpoint());
          boolean upgraded = false;
          try {
            connection.send(
                "POST",
                versionedPath,
                Map.of(
                    "Content-Type", "application/json", "Connection", "Upgrade", "Upgrade", "tcp"),
                json == null ? null : json.getBytes(StandardCharsets.UTF_8));
            EngineConnection.Head head = connection.readHead();
            requireUpgrade(what, connection, head);
            upgraded = true;
            return new HijackedStream(connection, tty);
          } finally {
            if (!upgraded) {
              connection.close();
            }
          }
        });
  }

  /**
   * Joins the streams of a container's own process.
   *
   * @param stdin whether its input is wanted too
   * @param tty whether the container was made with a terminal
   * @throws CriException {@code NOT_FOUND} when there is no such container
   */
  public static HijackedStream attach(
      DockerEngine engine, String containerId, boolean stdin, boolean tty)
      throws InterruptedException {
    String keys = URLEncoder.encode(DETACH_KEYS, StandardCharsets.UTF_8);
    return open(
        engine,
        "attach to container " + containerId,
        "/containers/%s/attach?stream=1&stdin=%d&stdout=1&stderr=1&detachKeys=%s"
            .formatted(containerId, stdin ? 1 : 0, keys),
        null,
        tty);
  }

  private static void requireUpgrade(
      String what, EngineConnection connection, EngineConnection.Head head) throws IOException {
    if (head.status() == 101) {
      return;
    }
    byte[] document = new ResponseBody(connection, head).readNBytes(ERROR_DOCUMENT_LIMIT);
    if (head.isSuccess()) {
      throw new ProtocolException("the engine did not upgrade the connection");
    }
    throw EngineErrors.refused(
        what,
        head.status(),
        EngineErrors.message(new String(document, StandardCharsets.UTF_8)),
        null);
  }

  /** The process's input; closing it ends the input and leaves the output open. */
  public OutputStream stdin() {
    return stdin;
  }

  /**
   * Copies what the process writes until it closes its output. Blocks; flushes after each block.
   *
   * @param stderr gets nothing when the process has a terminal
   * @throws IOException when the connection breaks, or from one of the targets
   */
  public void copyOutput(OutputStream stdout, OutputStream stderr) throws IOException {
    byte[] buffer = new byte[COPY_SIZE];
    if (tty) {
      for (int count = connection.read(buffer, 0, COPY_SIZE);
          count >= 0;
          count = connection.read(buffer, 0, COPY_SIZE)) {
        stdout.write(buffer, 0, count);
        stdout.flush();
      }
      return;
    }
    while (readFrameHead(buffer)) {
      OutputStream target =
          switch (buffer[0]) {
            case 0, 1 -> stdout;
            case 2 -> stderr;
            default ->
                throw new ProtocolException("the engine sent a block for stream " + buffer[0]);
          };
      long left = ByteBuffer.wrap(buffer).getInt(4) & 0xffffffffL;
      while (left > 0) {
        int count = connection.read(buffer, 0, (int) Math.min(left, COPY_SIZE));
        if (count < 0) {
          throw new EOFException("the engine closed the stream within a block");
        }
        target.write(buffer, 0, count);
        left -= count;
      }
      target.flush();
    }
  }

  private boolean readFrameHead(byte[] buffer) throws IOException {
    int have = 0;
    while (have < FRAME_HEAD_SIZE) {
      int count = connection.read(buffer, have, FRAME_HEAD_SIZE - have);
      if (count < 0) {
        if (have == 0) {
          return false;
        }
        throw new EOFException("the engine closed the stream within the head of a block");
      }
      have += count;
    }
    return true;
  }

  /** Drops the connection; the process goes on without it. */
  @Override
  public void close() throws IOException {
    connection.close();
  }

  private final class Stdin extends OutputStream {
    private boolean closed;

    @Override
    public void write(int b) throws IOException {
      write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] source, int offset, int length) throws IOException {
      connection.writeFully(ByteBuffer.wrap(source, offset, length));
    }

    @Override
    public void close() throws IOException {
      if (!closed) {
        closed = true;
        connection.shutdownOutput();
      }
    }
  }
}
