package io.keelson.runtime.fake.fault;

import io.grpc.MethodDescriptor;
import io.grpc.Status;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.UnaryOperator;

/**
 * What is done to the calls of one RPC. It sees them in their order: the request, then either
 * replies or a failure. Each step can make the call fail instead by throwing a {@link
 * io.grpc.StatusRuntimeException}. Thread-safe.
 */
abstract class Tampering<Q, R> {
  final MethodDescriptor<Q, R> method;

  Tampering(MethodDescriptor<Q, R> method) {
    this.method = method;
  }

  /** The request the server gets. */
  Q request(Q request) {
    return request;
  }

  /** The replies the client gets for one of the server's. */
  List<R> replies(Q request, R reply) {
    return List.of(reply);
  }

  /** The reply the client gets for a failure of the server's. */
  R insteadOf(Status failure, Q request) {
    throw failure.asRuntimeException();
  }

  static <Q, R> Tampering<Q, R> request(MethodDescriptor<Q, R> method, UnaryOperator<Q> change) {
    return new Tampering<>(method) {
      @Override
      Q request(Q request) {
        return change.apply(request);
      }
    };
  }

  static <Q, R> Tampering<Q, R> reply(MethodDescriptor<Q, R> method, BiFunction<Q, R, R> change) {
    return replies(method, (request, reply) -> List.of(change.apply(request, reply)));
  }

  static <Q, R> Tampering<Q, R> replies(
      MethodDescriptor<Q, R> method, BiFunction<Q, R, List<R>> change) {
    return new Tampering<>(method) {
      @Override
      List<R> replies(Q request, R reply) {
        return change.apply(request, reply);
      }
    };
  }

  static <Q, R> Tampering<Q, R> code(
      MethodDescriptor<Q, R> method, Status.Code due, Status.Code code) {
    return new Tampering<>(method) {
      @Override
      R insteadOf(Status failure, Q request) {
        throw (failure.getCode() == due
                ? Status.fromCode(code).withDescription(failure.getDescription())
                : failure)
            .asRuntimeException();
      }
    };
  }

  static <Q, R> Tampering<Q, R> success(MethodDescriptor<Q, R> method, R insteadOfFailure) {
    return new Tampering<>(method) {
      @Override
      R insteadOf(Status failure, Q request) {
        return insteadOfFailure;
      }
    };
  }
}
