package io.keelson.runtime.streaming.flow;

import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Queue;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The writing half of a framed connection. Frames of many threads go out whole and in the order of
 * their sending. Thread-safe.
 *
 * <p>{@link #send} waits until the connection has taken the frame: that is the back-pressure. The
 * thread that reads the connection must never wait like that, because two peers whose readers wait
 * for each other's would never go on; it uses {@link #sendSoon}.
 */
public final class FrameSink implements Closeable {
  private static final int WAITING_LIMIT = 8192;

  private final OutputStream out;
  private final Runnable onBroken;
  private final ReentrantLock writing = new ReentrantLock(true);
  private final Queue<Frame> waiting = new ArrayBlockingQueue<>(WAITING_LIMIT);
  private final Semaphore arrived = new Semaphore(0);
  private final Thread sender;
  private volatile @Nullable IOException broken;

  /** Something that is written without interruption by other frames. */
  @FunctionalInterface
  public interface Frame {
    /** Writes all of it. */
    void writeTo(OutputStream out) throws IOException;
  }

  /**
   * Creates a sink with a thread of its own for frames that are sent soon.
   *
   * @param out the connection; flushed after each frame
   * @param onBroken runs when a write has failed, on the thread that wrote; must not wait
   */
  public FrameSink(OutputStream out, Runnable onBroken) {
    this.out = out;
    this.onBroken = onBroken;
    this.sender = Thread.ofVirtual().name("frame-sender").start(this::sendWaiting);
  }

  /**
   * Sends a frame, after those that are to be sent soon, and waits until the connection took it.
   *
   * @throws IOException when the connection is broken or closed
   */
  public void send(Frame frame) throws IOException {
    writing.lock();
    try {
      writeWaiting();
      write(frame);
      out.flush();
    } catch (IOException e) {
      breakOff(e);
      throw e;
    } finally {
      writing.unlock();
    }
  }

  /**
   * Sends a frame before any that is sent later, without waiting. A peer that has thousands of them
   * pile up takes nothing any more; its connection is broken off.
   */
  public void sendSoon(Frame frame) {
    if (broken != null) {
      return;
    }
    if (waiting.offer(frame)) {
      arrived.release();
    } else {
      breakOff(new IOException(WAITING_LIMIT + " answers wait for a peer that takes none"));
    }
  }

  private void sendWaiting() {
    try {
      while (true) {
        arrived.acquireUninterruptibly();
        arrived.drainPermits();
        if (broken != null) {
          return;
        }
        writing.lock();
        try {
          writeWaiting();
          out.flush();
        } finally {
          writing.unlock();
        }
      }
    } catch (IOException e) {
      breakOff(e);
    }
  }

  private void writeWaiting() throws IOException {
    for (Frame frame = waiting.poll(); frame != null; frame = waiting.poll()) {
      write(frame);
    }
  }

  private void write(Frame frame) throws IOException {
    IOException cause = broken;
    if (cause != null) {
      throw new IOException(cause.getMessage(), cause);
    }
    frame.writeTo(out);
  }

  private void breakOff(IOException cause) {
    if (broken == null) {
      broken = cause;
      waiting.clear();
      onBroken.run();
    }
  }

  /** Refuses further frames and ends the sink's thread; leaves the connection open. Repeatable. */
  @Override
  public void close() {
    if (broken == null) {
      broken = new IOException("the connection is closed");
    }
    waiting.clear();
    // Not an interrupt: one that hits a write closes the socket under a last frame.
    arrived.release();
  }

  /** Waits until the sink's thread has ended, after {@link #close}. */
  public void join() throws InterruptedException {
    sender.join();
  }
}
