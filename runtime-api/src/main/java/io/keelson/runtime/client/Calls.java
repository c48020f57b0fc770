package io.keelson.runtime.client;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.Deadline;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusException;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.BlockingClientCall;
import io.grpc.stub.ClientCalls;
import io.keelson.runtime.spi.CriException;
import io.keelson.runtime.transport.EventLoops;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Blocking calls over one channel: an interrupt cancels the call, a failure becomes a {@link
 * CriException} that names call and peer. Thread-safe.
 */
final class Calls {
  private static final int READ_ATTEMPTS = 4;
  private static final Duration FIRST_PAUSE = Duration.ofMillis(100);

  private final Channel channel;
  private final String peer;
  private final Waiter waiter;
  private final Deadlines deadlines;
  private final Set<MethodDescriptor<?, ?>> unimplemented;

  private Calls(
      Channel channel,
      String peer,
      Waiter waiter,
      Deadlines deadlines,
      Set<MethodDescriptor<?, ?>> unimplemented) {
    this.channel = channel;
    this.peer = peer;
    this.waiter = waiter;
    this.deadlines = deadlines;
    this.unimplemented = unimplemented;
  }

  static Calls over(Channel channel, String peer, Waiter waiter) {
    return new Calls(channel, peer, waiter, new Deadlines(null), ConcurrentHashMap.newKeySet());
  }

  /** The same calls under other limits. */
  Calls within(Deadlines limits) {
    return new Calls(channel, peer, waiter, limits, unimplemented);
  }

  Deadlines deadlines() {
    return deadlines;
  }

  /** A call that may change something, made once, under the default limit. */
  <Q, R> R once(MethodDescriptor<Q, R> method, Q request) throws InterruptedException {
    return once(method, request, deadlines.ofRequest());
  }

  /** A call that may change something, made once. */
  <Q, R> R once(MethodDescriptor<Q, R> method, Q request, @Nullable Duration limit)
      throws InterruptedException {
    return unary(method, request, options(limit));
  }

  /** A call that only reads, repeated a few times while the peer is unavailable. */
  <Q, R> R read(MethodDescriptor<Q, R> method, Q request) throws InterruptedException {
    CallOptions options = options(deadlines.ofRequest());
    return repeatedly(() -> unary(method, request, options));
  }

  /**
   * Everything a streaming list sends, or the reply of the unary call where the peer lacks the
   * streaming one. The peer is asked for the latter only once.
   */
  <Q, R, T> List<T> readStream(
      MethodDescriptor<Q, R> method, Q request, Function<R, List<T>> items, Attempt<List<T>> unary)
      throws InterruptedException {
    if (unimplemented.contains(method)) {
      return unary.make();
    }
    CallOptions options = options(deadlines.ofRequest());
    try {
      return repeatedly(() -> collect(method, request, options, items));
    } catch (CriException e) {
      if (e.code() != Status.Code.UNIMPLEMENTED) {
        throw e;
      }
      unimplemented.add(method);
      return unary.make();
    }
  }

  /** A stream without end. */
  <Q, R> BlockingClientCall<Q, R> open(MethodDescriptor<Q, R> method, Q request) {
    return ClientCalls.blockingV2ServerStreamingCall(channel, method, options(null), request);
  }

  /** Repeats a call while the peer is unavailable, until a time limit. */
  <Q, R> R awaitAnswer(MethodDescriptor<Q, R> method, Q request, Duration limit)
      throws InterruptedException {
    long start = waiter.nanoTime();
    Duration pause = FIRST_PAUSE.dividedBy(4);
    while (true) {
      Duration left = limit.minusNanos(waiter.nanoTime() - start);
      try {
        return unary(method, request, options(atLeastOneMilli(left)));
      } catch (CriException e) {
        boolean mayComeBack =
            e.code() == Status.Code.UNAVAILABLE || e.code() == Status.Code.DEADLINE_EXCEEDED;
        left = limit.minusNanos(waiter.nanoTime() - start);
        if (!mayComeBack) {
          throw e;
        }
        if (!left.isPositive()) {
          throw CriException.unavailable(
              "no answer within " + limit.toMillis() + " ms: " + e.getMessage(), e);
        }
        pauseBeforeReconnect(pause.compareTo(left) < 0 ? pause : left);
        pause =
            pause.multipliedBy(2).compareTo(FIRST_PAUSE) < 0 ? pause.multipliedBy(2) : FIRST_PAUSE;
      }
    }
  }

  String peer() {
    return peer;
  }

  private <Q, R> R unary(MethodDescriptor<Q, R> method, Q request, CallOptions options)
      throws InterruptedException {
    try {
      return ClientCalls.blockingUnaryCall(channel, method, options, request);
    } catch (StatusRuntimeException e) {
      if (e.getStatus().getCode() == Status.Code.CANCELLED && Thread.interrupted()) {
        throw interrupted(method, e);
      }
      throw CallFailures.of(method, peer, e);
    }
  }

  private <Q, R, T> List<T> collect(
      MethodDescriptor<Q, R> method, Q request, CallOptions options, Function<R, List<T>> items)
      throws InterruptedException {
    List<T> collected = new ArrayList<>();
    BlockingClientCall<Q, R> call =
        ClientCalls.blockingV2ServerStreamingCall(channel, method, options, request);
    try {
      for (R part = call.read(); part != null; part = call.read()) {
        collected.addAll(items.apply(part));
      }
      return collected;
    } catch (StatusException e) {
      throw CallFailures.of(method, peer, e);
    } catch (InterruptedException e) {
      call.cancel("the caller was interrupted", e);
      throw e;
    }
  }

  private <R> R repeatedly(Attempt<R> attempt) throws InterruptedException {
    Duration pause = FIRST_PAUSE;
    for (int n = 1; ; n++) {
      try {
        return attempt.make();
      } catch (CriException e) {
        if (e.code() != Status.Code.UNAVAILABLE || n == READ_ATTEMPTS) {
          throw e;
        }
      }
      pauseBeforeReconnect(pause);
      pause = pause.multipliedBy(2);
    }
  }

  private void pauseBeforeReconnect(Duration pause) throws InterruptedException {
    if (channel instanceof ManagedChannel managed) {
      // Without this the channel fails calls for a second or more before it tries to connect.
      managed.resetConnectBackoff();
    }
    waiter.pause(pause);
  }

  private static CallOptions options(@Nullable Duration limit) {
    CallOptions options =
        CallOptions.DEFAULT
            .withMaxInboundMessageSize(EventLoops.MESSAGE_LIMIT)
            .withMaxOutboundMessageSize(EventLoops.MESSAGE_LIMIT);
    return limit == null
        ? options
        : options.withDeadline(Deadline.after(limit.toNanos(), TimeUnit.NANOSECONDS));
  }

  private static Duration atLeastOneMilli(Duration duration) {
    return duration.toMillis() > 0 ? duration : Duration.ofMillis(1);
  }

  private static InterruptedException interrupted(
      MethodDescriptor<?, ?> method, StatusRuntimeException cause) {
    InterruptedException interrupted =
        new InterruptedException(method.getBareMethodName() + " was interrupted and cancelled");
    interrupted.initCause(cause);
    return interrupted;
  }

  /** One try of something that calls the peer. */
  interface Attempt<R> {
    R make() throws InterruptedException;
  }
}
