package io.keelson.runtime.docker;

import io.keelson.runtime.spi.CriException;
import io.keelson.runtime.spi.ExecSession;
import io.keelson.runtime.v1.ExecRequest;
import java.io.ByteArrayOutputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A command over the engine's exec. */
final class DockerExecSession implements ExecSession {
  private static final Logger log = LoggerFactory.getLogger(DockerExecSession.class);

  /** A command may close its output long before it ends. */
  private static final Duration EXIT_LIMIT = Duration.ofDays(365);

  private static final int REASON_LIMIT = 4096;

  private final io.keelson.runtime.docker.engine.ExecSession exec;
  private final ExecRequest request;
  private final ByteArrayOutputStream beginning = new ByteArrayOutputStream();
  private volatile boolean ended;

  DockerExecSession(io.keelson.runtime.docker.engine.ExecSession exec, ExecRequest request) {
    this.exec = exec;
    this.request = request;
  }

  @Override
  public OutputStream stdin() {
    if (!request.getStdin()) {
      return OutputStream.nullOutputStream();
    }
    OutputStream input = exec.stream().stdin();
    return request.getTty() ? new Keys(input) : input;
  }

  /** A terminal's input, which has no end: the engine would end the output with it. */
  private static final class Keys extends FilterOutputStream {
    Keys(OutputStream input) {
      super(input);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      out.write(bytes, offset, length);
    }

    @Override
    public void close() throws IOException {
      flush();
    }
  }

  @Override
  public void copyOutput(OutputStream stdout, OutputStream stderr) throws IOException {
    exec.stream().copyOutput(new Noted(stdout), stderr);
  }

  /** Passes everything on, and keeps the beginning: the engine tells there why a start failed. */
  private final class Noted extends FilterOutputStream {
    Noted(OutputStream out) {
      super(out);
    }

    @Override
    public void write(int b) throws IOException {
      write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      synchronized (beginning) {
        int room = REASON_LIMIT - beginning.size();
        beginning.write(bytes, offset, Math.min(room, length));
      }
      out.write(bytes, offset, length);
    }
  }

  @Override
  public void resize(int width, int height) throws InterruptedException {
    exec.resize(width, height);
  }

  @Override
  public int awaitExit() throws InterruptedException {
    int status = exec.awaitExit(EXIT_LIMIT);
    ended = true;
    if (exec.isStartFailure(status)) {
      throw CriException.unknown(
          "cannot start '%s' in container %s: %s"
              .formatted(request.getCmd(0), request.getContainerId(), reason()),
          null);
    }
    return status;
  }

  private String reason() {
    synchronized (beginning) {
      return beginning.toString(StandardCharsets.UTF_8).strip();
    }
  }

  @Override
  public void close() {
    if (!ended) {
      exec.kill();
      ended = true;
    }
    try {
      exec.close();
    } catch (IOException e) {
      log.debug("closing the streams of a command failed", e);
    }
  }
}
