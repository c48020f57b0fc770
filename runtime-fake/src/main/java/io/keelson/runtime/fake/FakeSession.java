package io.keelson.runtime.fake;

import io.keelson.runtime.spi.ExecSession;
import io.keelson.runtime.streaming.flow.BoundedPipe;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A command in a fake container. It runs while its output is copied, on the thread that copies, so
 * it needs neither a thread nor a buffer for output of its own.
 */
final class FakeSession implements ExecSession {
  private static final int INPUT_BUFFER = 64 * 1024;
  private static final int SIZES_LIMIT = 100;
  private static final int KILLED = 137;

  private final List<String> command;
  private final BlockingQueue<String> sizes = new ArrayBlockingQueue<>(SIZES_LIMIT);
  private final BoundedPipe input = new BoundedPipe(INPUT_BUFFER, count -> {});
  private final Consumer<FakeSession> onClose;
  private int exitCode;
  private boolean closed;
  private boolean ended;
  private @Nullable Thread running;

  FakeSession(List<String> command, boolean hasInput, Consumer<FakeSession> onClose) {
    this.command = command;
    this.onClose = onClose;
    if (!hasInput) {
      input.end();
    }
  }

  @Override
  public OutputStream stdin() {
    return new OutputStream() {
      @Override
      public void write(int b) throws IOException {
        write(new byte[] {(byte) b}, 0, 1);
      }

      @Override
      public void write(byte[] bytes, int offset, int length) throws IOException {
        input.write(bytes, offset, length);
      }

      @Override
      public void close() {
        input.end();
      }
    };
  }

  @Override
  public void copyOutput(OutputStream stdout, OutputStream stderr)
      throws IOException, InterruptedException {
    synchronized (this) {
      if (ended) {
        throw new IOException("the container has ended");
      }
      running = Thread.currentThread();
    }
    try {
      int code = new FakeProgram(input.source(), sizes).run(command, stdout, stderr);
      synchronized (this) {
        exitCode = code;
      }
    } catch (IOException | InterruptedException e) {
      synchronized (this) {
        if (closed || !ended) {
          throw e;
        }
        exitCode = KILLED;
      }
    } finally {
      synchronized (this) {
        running = null;
        if (ended && !closed) {
          // The interrupt was meant for the program, not for whoever copies its output.
          Thread.interrupted();
        }
      }
      input.source().close();
    }
  }

  /** Remembers the latest sizes; when nobody asks for them, further ones are forgotten. */
  @Override
  public void resize(int width, int height) {
    sizes.offer(width + " " + height);
  }

  @Override
  public synchronized int awaitExit() {
    return exitCode;
  }

  /** Ends the program, as the end of its container does: killed, its output over. */
  synchronized void end() {
    ended = true;
    input.fail(new IOException("the container has ended"));
    if (running != null) {
      running.interrupt();
    }
  }

  @Override
  public void close() {
    synchronized (this) {
      if (closed) {
        return;
      }
      closed = true;
    }
    end();
    onClose.accept(this);
  }
}
