package io.keelson.runtime.server;

import com.google.protobuf.MessageLite;
import io.grpc.Context;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.keelson.runtime.spi.CriException;
import io.keelson.runtime.transport.EventLoops;
import java.util.concurrent.Executor;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadLocalRandom;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

/**
 * Runs the blocking body of an RPC and turns its outcome into a reply or a status. While the body
 * runs, a cancelled call or a passed deadline interrupts its thread.
 */
final class CallRunner {
  private static final Logger log = LoggerFactory.getLogger(CallRunner.class);

  /** A call's blocking body. */
  @FunctionalInterface
  interface Body<T> {
    T call() throws InterruptedException;
  }

  /** A streaming call's blocking body; it sends by the sender it is given. */
  @FunctionalInterface
  interface StreamBody<T> {
    void call(Sender<T> sender) throws InterruptedException;
  }

  /** Sends one message of a stream, waiting until the connection takes it. */
  @FunctionalInterface
  interface Sender<T> {
    void send(T message) throws InterruptedException;
  }

  private final Executor streams;

  /**
   * Creates a runner.
   *
   * @param streams runs bodies of streaming calls, each on a thread of its own
   */
  CallRunner(Executor streams) {
    this.streams = streams;
  }

  /** Runs a unary call in the present thread. */
  <T extends MessageLite> void unary(String rpc, StreamObserver<T> reply, Body<T> body) {
    try (var _ = Interruption.onCancel(Context.current())) {
      MDC.put("rpc", rpc);
      T message = body.call();
      int size = message.getSerializedSize();
      if (size > EventLoops.MESSAGE_LIMIT) {
        throw CriException.resourceExhausted(
            "the reply to %s has %d bytes, the limit is %d; call the streaming form of this RPC"
                .formatted(rpc, size, EventLoops.MESSAGE_LIMIT),
            null);
      }
      reply.onNext(message);
      reply.onCompleted();
    } catch (InterruptedException | RuntimeException e) {
      reply.onError(status(rpc, e));
    } finally {
      MDC.clear();
    }
  }

  /** Runs a server-streaming call on a thread of its own, at the pace of its reader. */
  <T> void stream(String rpc, StreamObserver<T> reply, StreamBody<T> body) {
    ServerCallStreamObserver<T> call = (ServerCallStreamObserver<T>) reply;
    Semaphore ready = new Semaphore(0);
    call.setOnReadyHandler(ready::release);
    // With a cancel handler set, sending to a caller who left is a no-op instead of an exception.
    call.setOnCancelHandler(() -> {});
    Context context = Context.current();
    streams.execute(
        context.wrap(() -> {
          try (var _ = Interruption.onCancel(context)) {
            MDC.put("rpc", rpc);
            body.call(message -> {
              while (!call.isReady()) {
                ready.acquire();
              }
              call.onNext(message);
            });
            call.onCompleted();
          } catch (InterruptedException | RuntimeException e) {
            call.onError(status(rpc, e));
          } finally {
            MDC.clear();
          }
        }));
  }

  private static StatusRuntimeException status(String rpc, Exception failure) {
    return switch (failure) {
      case InterruptedException e -> interrupted(rpc).asRuntimeException();
      case CriException e -> {
        log.debug("{} failed: {} {}", rpc, e.code(), e.getMessage());
        yield Status.fromCode(e.code()).withDescription(e.getMessage()).asRuntimeException();
      }
      case StatusRuntimeException e -> e;
      default -> {
        String reference = "%08x".formatted(ThreadLocalRandom.current().nextInt());
        log.error("{} failed unexpectedly, reference {}", rpc, reference, failure);
        yield Status.INTERNAL
            .withDescription(
                "%s failed unexpectedly (%s); the daemon's log has the details under reference %s"
                    .formatted(rpc, failure.getClass().getSimpleName(), reference))
            .asRuntimeException();
      }
    };
  }

  private static Status interrupted(String rpc) {
    Context context = Context.current();
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
