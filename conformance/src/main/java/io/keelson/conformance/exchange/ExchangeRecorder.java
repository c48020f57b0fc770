package io.keelson.conformance.exchange;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ForwardingClientCall.SimpleForwardingClientCall;
import io.grpc.ForwardingClientCallListener.SimpleForwardingClientCallListener;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Keeps the last 256 calls that went through it, and limits how long each takes. Thread-safe. */
public final class ExchangeRecorder implements ClientInterceptor {
  private static final int CALLS = 256;
  private static final int TEXT = 4096;

  private final Clock clock;
  private final Duration limit;
  private final Deque<Exchange> exchanges = new ArrayDeque<>();

  /**
   * Creates a recorder that has recorded nothing.
   *
   * @param limit the deadline of calls that have none
   */
  public ExchangeRecorder(Clock clock, Duration limit) {
    this.clock = clock;
    this.limit = limit;
  }

  /** The calls that have ended, in that order. */
  public synchronized List<Exchange> exchanges() {
    return List.copyOf(exchanges);
  }

  private synchronized void add(Exchange exchange) {
    if (exchanges.size() == CALLS) {
      exchanges.removeFirst();
    }
    exchanges.addLast(exchange);
  }

  @Override
  public <Q, R> ClientCall<Q, R> interceptCall(
      MethodDescriptor<Q, R> method, CallOptions options, Channel next) {
    CallOptions limited =
        options.getDeadline() == null
            ? options.withDeadlineAfter(limit.toMillis(), TimeUnit.MILLISECONDS)
            : options;
    return new SimpleForwardingClientCall<Q, R>(next.newCall(method, limited)) {
      private volatile String request = "";

      @Override
      public void start(Listener<R> listener, Metadata headers) {
        Instant began = clock.instant();
        long start = System.nanoTime();
        super.start(
            new SimpleForwardingClientCallListener<R>(listener) {
              private String reply = "";

              @Override
              public void onMessage(R message) {
                reply = reply.length() < TEXT ? cut(reply + message) : reply;
                super.onMessage(message);
              }

              @Override
              public void onClose(Status status, Metadata trailers) {
                Duration took = Duration.ofNanos(System.nanoTime() - start);
                add(new Exchange(method.getFullMethodName(), began, took, request, reply, status));
                super.onClose(status, trailers);
              }
            },
            headers);
      }

      @Override
      public void sendMessage(Q message) {
        request = cut(message.toString());
        super.sendMessage(message);
      }
    };
  }

  private static String cut(String text) {
    return text.length() <= TEXT ? text : text.substring(0, TEXT) + " ...";
  }
}
