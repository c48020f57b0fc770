package io.keelson.runtime.server;

import com.google.protobuf.MessageLite;
import io.grpc.MethodDescriptor;
import io.grpc.ServerServiceDefinition;
import io.grpc.ServiceDescriptor;
import io.grpc.stub.ServerCalls;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A gRPC service in the making, one row an RPC: how its request is checked and what answers it. Not
 * thread-safe.
 */
final class ServiceTable {
  private final ServerServiceDefinition.Builder service;
  private final CallRunner runner;
  private final boolean fromMemory;
  private final Set<MethodDescriptor<?, ?>> immediate = new HashSet<>();

  /** Checks a request, whatever the state of the runtime; throws {@code INVALID_ARGUMENT}. */
  @FunctionalInterface
  interface Check<Q> {
    void check(Q request);

    /** A request without fields that could be wrong. */
    static <Q> Check<Q> none() {
      return request -> {};
    }
  }

  /**
   * Begins a table without rows.
   *
   * @param fromMemory whether what {@link #status} and {@link #list} ask for never blocks
   */
  ServiceTable(ServiceDescriptor service, CallRunner runner, boolean fromMemory) {
    this.service = ServerServiceDefinition.builder(service);
    this.runner = runner;
    this.fromMemory = fromMemory;
  }

  /** An RPC whose body may block. */
  <Q, R extends MessageLite> ServiceTable unary(
      MethodDescriptor<Q, R> method, Check<? super Q> check, CallRunner.Body<Q, R> body) {
    return unary(method, null, check, body);
  }

  /** An RPC about the state of a sandbox or container. */
  <Q, R extends MessageLite> ServiceTable status(
      MethodDescriptor<Q, R> method, Check<? super Q> check, CallRunner.Body<Q, R> body) {
    return fromMemory
        ? immediate(method, null, checked(check, body))
        : unary(method, null, check, body);
  }

  private static <Q, R> CallRunner.Body<Q, R> checked(
      Check<? super Q> check, CallRunner.Body<Q, R> body) {
    return request -> {
      check.check(request);
      return body.answer(request);
    };
  }

  private <Q, R extends MessageLite> ServiceTable unary(
      MethodDescriptor<Q, R> method,
      @Nullable String streaming,
      Check<? super Q> check,
      CallRunner.Body<Q, R> body) {
    String rpc = name(method);
    CallRunner.Body<Q, R> checked = checked(check, body);
    service.addMethod(
        method,
        ServerCalls.asyncUnaryCall(
            (request, reply) -> runner.unary(rpc, streaming, request, reply, checked)));
    return this;
  }

  /** An RPC that is answered from memory, without a thread of its own. */
  <Q, R extends MessageLite> ServiceTable immediate(
      MethodDescriptor<Q, R> method, CallRunner.Body<Q, R> body) {
    return immediate(method, null, body);
  }

  private <Q, R extends MessageLite> ServiceTable immediate(
      MethodDescriptor<Q, R> method, @Nullable String streaming, CallRunner.Body<Q, R> body) {
    String rpc = name(method);
    immediate.add(method);
    service.addMethod(
        method,
        ServerCalls.asyncUnaryCall(
            (request, reply) -> runner.immediate(rpc, streaming, request, reply, body)));
    return this;
  }

  /** An RPC that answers with a stream. */
  <Q, R> ServiceTable stream(MethodDescriptor<Q, R> method, CallRunner.StreamBody<Q, R> body) {
    String rpc = name(method);
    service.addMethod(
        method,
        ServerCalls.asyncServerStreamingCall(
            (request, reply) -> runner.stream(rpc, request, reply, body)));
    return this;
  }

  /** A list of sandboxes or containers in its two forms: in one reply, and in bounded batches. */
  <Q1, R1 extends MessageLite, Q2, R2, I extends MessageLite> ServiceTable list(
      MethodDescriptor<Q1, R1> whole,
      CallRunner.Body<Q1, List<I>> items,
      Function<List<I>, R1> reply,
      MethodDescriptor<Q2, R2> streaming,
      CallRunner.Body<Q2, List<I>> streamedItems,
      Function<List<I>, R2> batch) {
    if (!fromMemory) {
      return blockingList(whole, items, reply, streaming, streamedItems, batch);
    }
    immediate(whole, name(streaming), request -> reply.apply(items.answer(request)));
    return batches(streaming, streamedItems, batch);
  }

  /** A list of which the making may block, in its two forms. */
  <Q1, R1 extends MessageLite, Q2, R2, I extends MessageLite> ServiceTable blockingList(
      MethodDescriptor<Q1, R1> whole,
      CallRunner.Body<Q1, List<I>> items,
      Function<List<I>, R1> reply,
      MethodDescriptor<Q2, R2> streaming,
      CallRunner.Body<Q2, List<I>> streamedItems,
      Function<List<I>, R2> batch) {
    unary(whole, name(streaming), Check.none(), request -> reply.apply(items.answer(request)));
    return batches(streaming, streamedItems, batch);
  }

  private <Q, R, I extends MessageLite> ServiceTable batches(
      MethodDescriptor<Q, R> streaming,
      CallRunner.Body<Q, List<I>> items,
      Function<List<I>, R> batch) {
    return stream(
        streaming, (request, sender) -> Batches.send(items.answer(request), batch, sender));
  }

  /** The RPCs that need no thread of their own. */
  Set<MethodDescriptor<?, ?>> immediate() {
    return Set.copyOf(immediate);
  }

  /**
   * The finished service.
   *
   * @throws IllegalStateException when an RPC of the service has no row
   */
  ServerServiceDefinition build() {
    return service.build();
  }

  private static String name(MethodDescriptor<?, ?> method) {
    return Objects.requireNonNull(method.getBareMethodName());
  }
}
