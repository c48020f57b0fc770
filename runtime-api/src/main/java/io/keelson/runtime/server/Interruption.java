package io.keelson.runtime.server;

import io.grpc.Context;

/**
 * Interrupts the present thread when a call's context is cancelled, until closed. After closing,
 * the thread neither is nor will be interrupted on behalf of that call.
 */
final class Interruption implements AutoCloseable {
  private final Context context;
  private final Thread thread = Thread.currentThread();
  private final Context.CancellationListener listener = ignored -> interrupt();
  private boolean open = true;

  private Interruption(Context context) {
    this.context = context;
  }

  static Interruption onCancel(Context context) {
    Interruption interruption = new Interruption(context);
    context.addListener(interruption.listener, Runnable::run);
    return interruption;
  }

  private synchronized void interrupt() {
    if (open) {
      thread.interrupt();
    }
  }

  @Override
  public void close() {
    context.removeListener(listener);
    synchronized (this) {
      open = false;
    }
    // An interrupt that came too late for the call must not reach what this thread does next.
    Thread.interrupted();
  }
}
