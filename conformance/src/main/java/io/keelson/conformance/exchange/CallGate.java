package io.keelson.conformance.exchange;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ForwardingClientCall.SimpleForwardingClientCall;
import io.grpc.ForwardingClientCallListener.SimpleForwardingClientCallListener;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.Status;
import java.time.Duration;

/**
 * Lets calls through until it is closed, from then on only those that stop or remove something, and
 * knows whether one is under way. Thread-safe.
 */
public final class CallGate implements ClientInterceptor {
  private boolean closed;
  private int underWay;

  /** Creates a gate that is open. */
  public CallGate() {}

  /** Whether the run is over or interrupted. */
  public synchronized boolean isClosed() {
    return closed;
  }

  /** From now on nothing new is made. */
  public synchronized void close() {
    closed = true;
  }

  /** Waits until no call is under way that has one reply, for a while at most. */
  public synchronized void awaitCalls(Duration limit) throws InterruptedException {
    long end = System.nanoTime() + limit.toNanos();
    long left = limit.toMillis();
    while (underWay > 0 && left > 0) {
      wait(left);
      left = Duration.ofNanos(end - System.nanoTime()).toMillis();
    }
  }

  private synchronized void enter(MethodDescriptor<?, ?> method) {
    String name = String.valueOf(method.getBareMethodName());
    if (closed && !name.startsWith("Stop") && !name.startsWith("Remove")) {
      throw Status.CANCELLED.withDescription("the run is interrupted").asRuntimeException();
    }
    underWay++;
  }

  private synchronized void leave() {
    underWay--;
    notifyAll();
  }

  @Override
  public <Q, R> ClientCall<Q, R> interceptCall(
      MethodDescriptor<Q, R> method, CallOptions options, Channel next) {
    ClientCall<Q, R> call = next.newCall(method, options);
    if (method.getType() != MethodType.UNARY) {
      return call;
    }
    return new SimpleForwardingClientCall<Q, R>(call) {
      @Override
      public void start(Listener<R> listener, Metadata headers) {
        enter(method);
        super.start(
            new SimpleForwardingClientCallListener<R>(listener) {
              @Override
              public void onClose(Status status, Metadata trailers) {
                leave();
                super.onClose(status, trailers);
              }
            },
            headers);
      }
    };
  }
}
