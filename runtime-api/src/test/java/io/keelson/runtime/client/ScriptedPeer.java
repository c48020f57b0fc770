package io.keelson.runtime.client;

import com.google.protobuf.Message;
import io.grpc.Context;
import io.grpc.Deadline;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.ServerServiceDefinition;
import io.grpc.ServiceDescriptor;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import io.keelson.runtime.v1.ImageServiceGrpc;
import io.keelson.runtime.v1.RuntimeServiceGrpc;
import java.io.ByteArrayInputStream;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Both services of the protocol, answering each call as scripted, else with an empty reply. */
final class ScriptedPeer {
  /** A call as it arrived. */
  record Call(String method, Message request, @Nullable Deadline deadline) {}

  /** An answer to one call. */
  interface Answer {
    void give(ServerCallStreamObserver<Message> observer);
  }

  final List<Call> calls = new CopyOnWriteArrayList<>();
  private final Map<String, Queue<Answer>> script = new ConcurrentHashMap<>();

  /** Answers the method's next calls, one after the other. */
  void answer(String method, Answer... answers) {
    script.computeIfAbsent(method, m -> new ArrayDeque<>()).addAll(List.of(answers));
  }

  List<ServerServiceDefinition> services() {
    return Stream.of(
            RuntimeServiceGrpc.getServiceDescriptor(), ImageServiceGrpc.getServiceDescriptor())
        .map(this::service)
        .toList();
  }

  List<String> calledMethods() {
    return calls.stream().map(Call::method).toList();
  }

  private ServerServiceDefinition service(ServiceDescriptor descriptor) {
    ServerServiceDefinition.Builder service = ServerServiceDefinition.builder(descriptor);
    for (MethodDescriptor<?, ?> method : descriptor.getMethods()) {
      @SuppressWarnings("unchecked") // All requests and replies of the protocol are messages.
      MethodDescriptor<Message, Message> typed = (MethodDescriptor<Message, Message>) method;
      service.addMethod(
          typed,
          method.getType() == MethodType.UNARY
              ? ServerCalls.asyncUnaryCall((request, o) -> serve(typed, request, o))
              : ServerCalls.asyncServerStreamingCall((request, o) -> serve(typed, request, o)));
    }
    return service.build();
  }

  private void serve(
      MethodDescriptor<Message, Message> method, Message request, StreamObserver<Message> reply) {
    String name = String.valueOf(method.getBareMethodName());
    calls.add(new Call(name, request, Context.current().getDeadline()));
    Answer next = script.getOrDefault(name, new ArrayDeque<>()).poll();
    if (next != null) {
      next.give((ServerCallStreamObserver<Message>) reply);
      return;
    }
    reply.onNext(method.parseResponse(new ByteArrayInputStream(new byte[0])));
    reply.onCompleted();
  }
}
