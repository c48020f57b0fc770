package io.keelson.runtime.server;

import com.google.protobuf.MessageLite;
import io.grpc.Context;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.keelson.runtime.spi.CriException;
import io.keelson.runtime.transport.EventLoops;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

/**
 * Runs the blocking body of an RPC and turns its outcome into a reply or a status. While the body
 * runs, a cancelled call or a passed deadline interrupts its thread. Log lines of a call bear its
 * name and a reference, which is also what a caller is told of an unexpected failure.
 */
final class CallRunner {
  private static final Logger log = LoggerFactory.getLogger(CallRunner.class);
  private static final String RPC = "rpc";
  private static final String REFERENCE = "call";

  /** A unary call's blocking body. */
  @FunctionalInterface
  interface Body<Q, R> {
    R answer(Q request) throws InterruptedException;
  }

  /** A streaming call's blocking body. */
  @FunctionalInterface
  interface StreamBody<Q, R> {
    void answer(Q request, Sender<R> sender) throws InterruptedException;
  }

  /** Sends one message of a stream, waiting until the connection takes it. */
  @FunctionalInterface
  interface Sender<R> {
    void send(R message) throws InterruptedException;
  }

  private final Executor threads;
  private final Set<Thread> running = ConcurrentHashMap.newKeySet();

  /**
   * Creates a runner.
   *
   * @param threads runs bodies of streaming calls, each on a thread of its own
   */
  CallRunner(Executor threads) {
    this.threads = threads;
  }

  /**
   * Runs a unary call in the present thread.
   *
   * @param streaming the RPC that gives the same reply in pieces, or null when there is none
   */
  <Q, R extends MessageLite> void unary(
      String rpc, @Nullable String streaming, Q request, StreamObserver<R> reply, Body<Q, R> body) {
    Context context = Context.current();
    begin(rpc);
    try (var _ = Interruption.onCancel(context)) {
      R message = body.answer(request);
      refuseOversize(rpc, streaming, message);
      reply.onNext(message);
      reply.onCompleted();
    } catch (Throwable e) {
      reply.onError(status(rpc, e, context));
    } finally {
      end();
    }
  }

  /** Runs a unary call whose body never blocks, in the present thread, which may do I/O. */
  <Q, R extends MessageLite> void immediate(
      String rpc, @Nullable String streaming, Q request, StreamObserver<R> reply, Body<Q, R> body) {
    try {
      R message = body.answer(request);
      refuseOversize(rpc, streaming, message);
      reply.onNext(message);
      reply.onCompleted();
    } catch (Throwable e) {
      openLog(rpc);
      reply.onError(status(rpc, e, Context.current()));
      MDC.clear();
    }
  }

  /** Runs a server-streaming call on a thread of its own, at the pace of its reader. */
  <Q, R> void stream(String rpc, Q request, StreamObserver<R> reply, StreamBody<Q, R> body) {
    ServerCallStreamObserver<R> call = (ServerCallStreamObserver<R>) reply;
    Semaphore ready = new Semaphore(0);
    call.setOnReadyHandler(ready::release);
    // With a cancel handler set, sending to a caller who left is a no-op instead of an exception.
    call.setOnCancelHandler(() -> {});
    Context context = Context.current();
    threads.execute(
        context.wrap(() -> {
          begin(rpc);
          try (var _ = Interruption.onCancel(context)) {
            body.answer(
                request,
                message -> {
                  while (!call.isReady()) {
                    ready.acquire();
                  }
                  call.onNext(message);
                });
            call.onCompleted();
          } catch (Throwable e) {
            call.onError(status(rpc, e, context));
          } finally {
            end();
          }
        }));
  }

  /** Interrupts all bodies that run and waits until they have ended, at most {@code limit}. */
  void stop(Duration limit) throws InterruptedException {
    long deadline = System.nanoTime() + limit.toNanos();
    List<Thread> stopped = List.copyOf(running);
    stopped.forEach(Thread::interrupt);
    for (Thread thread : stopped) {
      thread.join(Duration.ofNanos(Math.max(0, deadline - System.nanoTime())));
    }
  }

  private void begin(String rpc) {
    running.add(Thread.currentThread());
    openLog(rpc);
  }

  private void end() {
    MDC.clear();
    running.remove(Thread.currentThread());
  }

  private static void openLog(String rpc) {
    MDC.put(RPC, rpc);
    MDC.put(REFERENCE, HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextInt()));
  }

  private static void refuseOversize(String rpc, @Nullable String streaming, MessageLite message) {
    int size = message.getSerializedSize();
    if (size > EventLoops.MESSAGE_LIMIT) {
      throw CriException.resourceExhausted(
          "the reply to %s has %d bytes, the limit is %d%s"
              .formatted(
                  rpc,
                  size,
                  EventLoops.MESSAGE_LIMIT,
                  streaming == null ? "" : "; call " + streaming + " instead"),
          null);
    }
  }

  private static StatusRuntimeException status(String rpc, Throwable failure, Context context) {
    return switch (failure) {
      case InterruptedException e -> interrupted(rpc, context).asRuntimeException();
      case CriException e -> {
        if (e.code() == Status.Code.UNKNOWN || e.code() == Status.Code.INTERNAL) {
          log.warn("{} failed: {}", rpc, e.getMessage(), e);
        } else {
          log.debug("{} failed: {} {}", rpc, e.code(), e.getMessage());
        }
        yield Status.fromCode(e.code()).withDescription(e.getMessage()).asRuntimeException();
      }
      default -> {
        String reference = MDC.get(REFERENCE);
        log.error("{} failed unexpectedly, reference {}", rpc, reference, failure);
        yield Status.INTERNAL
            .withDescription(
                "%s failed unexpectedly (%s); the daemon's log has the details under reference %s"
                    .formatted(rpc, failure.getClass().getSimpleName(), reference))
            .asRuntimeException();
      }
    };
  }

  private static Status interrupted(String rpc, Context context) {
    if (context.getDeadline() != null && context.getDeadline().isExpired()) {
      return Status.DEADLINE_EXCEEDED.withDescription(rpc + " did not finish within its deadline");
    }
    if (context.isCancelled()) {
      return Status.CANCELLED.withDescription(rpc + " was cancelled by its caller");
    }
    return Status.UNAVAILABLE.withDescription(
        rpc + " was interrupted because the daemon stops; call again once it is back");
  }
}
