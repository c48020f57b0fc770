package io.keelson.runtime.fake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.fail;

import com.google.protobuf.Message;
import io.grpc.CallOptions;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.PrototypeMarshaller;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCalls;
import io.keelson.runtime.client.RuntimeClient;
import io.keelson.runtime.v1.ContainerFilter;
import io.keelson.runtime.v1.CreateContainerRequest;
import io.keelson.runtime.v1.ImageServiceGrpc;
import io.keelson.runtime.v1.PodSandbox;
import io.keelson.runtime.v1.PodSandboxFilter;
import io.keelson.runtime.v1.RunPodSandboxRequest;
import io.keelson.runtime.v1.RuntimeServiceGrpc;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Requests nobody would send, to every call there is. */
final class FuzzedRequestsTest {
  private static final int REQUESTS = 100_000;
  private static final int CALLERS = 4;
  private static final int POD_LIMIT = 40;

  /** What a caller can have done wrong, or asked for in vain; never a failure of the server's. */
  private static final Set<Status.Code> ANSWERS =
      EnumSet.of(
          Status.Code.OK,
          Status.Code.INVALID_ARGUMENT,
          Status.Code.NOT_FOUND,
          Status.Code.FAILED_PRECONDITION,
          Status.Code.ALREADY_EXISTS,
          Status.Code.RESOURCE_EXHAUSTED,
          Status.Code.UNIMPLEMENTED,
          // Of calls that go on until their caller has enough.
          Status.Code.DEADLINE_EXCEEDED);

  private final List<String> ids = new CopyOnWriteArrayList<>();
  private final AtomicInteger succeeded = new AtomicInteger();

  @Test
  void everyAnswerIsOneTheCallerCanUseAndTheServerGoesOn(@TempDir Path folder) throws Exception {
    try (ServedBackends served = ServedBackends.start(folder, new FakeBackend(Clock.systemUTC()));
        ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<?>> running = new ArrayList<>();
      for (int caller = 0; caller < CALLERS; caller++) {
        long seed = 20261123L + caller;
        running.add(
            callers.submit(() -> {
              call(served, new Random(seed));
              return true;
            }));
      }
      for (Future<?> caller : running) {
        caller.get();
      }

      assertThat(succeeded).as("requests that got through").hasValueGreaterThan(REQUESTS / 20);
      RuntimeClient client = served.client();
      for (PodSandbox pod : client.listPodSandboxes(PodSandboxFilter.getDefaultInstance())) {
        client.stopPodSandbox(pod.getId());
        client.removePodSandbox(pod.getId());
      }
      assertThat(client.listContainers(ContainerFilter.getDefaultInstance())).isEmpty();
    }
  }

  private void call(ServedBackends served, Random random) throws InterruptedException {
    List<MethodDescriptor<?, ?>> methods = new ArrayList<>();
    methods.addAll(RuntimeServiceGrpc.getServiceDescriptor().getMethods());
    methods.addAll(ImageServiceGrpc.getServiceDescriptor().getMethods());
    RandomMessages messages = new RandomMessages(random, ids);
    for (int i = 0; i < REQUESTS / CALLERS; i++) {
      @SuppressWarnings("unchecked") // Every method of the services takes and gives messages.
      MethodDescriptor<Message, Message> method =
          (MethodDescriptor<Message, Message>) methods.get(random.nextInt(methods.size()));
      Message request = messages.like(start(method, random));
      if (isEndless(method) && random.nextInt(20) > 0) {
        continue;
      }
      Status answer = answer(served, method, request);
      if (!ANSWERS.contains(answer.getCode())
          || String.valueOf(answer.getDescription()).contains("\n")) {
        fail("%s answered %s to %s".formatted(method.getFullMethodName(), answer, request));
      }
      if (answer.isOk()) {
        succeeded.incrementAndGet();
      }
      if (i % 100 == 0) {
        takeStock(served.client());
      }
    }
  }

  /** Some requests begin as those that make something, so that there is something to ask about. */
  private Message start(MethodDescriptor<Message, Message> method, Random random) {
    Message empty =
        (Message) ((PrototypeMarshaller<?>) method.getRequestMarshaller()).getMessagePrototype();
    if (empty instanceof RunPodSandboxRequest && random.nextBoolean()) {
      return RunPodSandboxRequest.newBuilder()
          .setConfig(Requests.pod("fuzz-" + random.nextInt(1000)))
          .build();
    }
    if (empty instanceof CreateContainerRequest && random.nextBoolean()) {
      return CreateContainerRequest.newBuilder()
          .setPodSandboxId(ids.isEmpty() ? "" : ids.get(random.nextInt(ids.size())))
          .setConfig(Requests.container("fuzz-" + random.nextInt(1000)))
          .setSandboxConfig(Requests.pod("fuzz"))
          .build();
    }
    return empty;
  }

  private static boolean isEndless(MethodDescriptor<?, ?> method) {
    return "GetContainerEvents".equals(method.getBareMethodName());
  }

  private static Status answer(
      ServedBackends served, MethodDescriptor<Message, Message> method, Message request) {
    CallOptions options =
        CallOptions.DEFAULT.withDeadlineAfter(
            isEndless(method) ? 50 : 20_000, TimeUnit.MILLISECONDS);
    try {
      if (method.getType() == MethodDescriptor.MethodType.UNARY) {
        Message ignored = ClientCalls.blockingUnaryCall(served.channel(), method, options, request);
      } else {
        ClientCalls.blockingServerStreamingCall(served.channel(), method, options, request)
            .forEachRemaining(message -> {});
      }
      return Status.OK;
    } catch (StatusRuntimeException e) {
      return e.getStatus();
    }
  }

  private void takeStock(RuntimeClient client) throws InterruptedException {
    List<PodSandbox> pods = client.listPodSandboxes(PodSandboxFilter.getDefaultInstance());
    List<String> present = new ArrayList<>();
    for (PodSandbox pod : pods) {
      if (pods.size() > POD_LIMIT) {
        client.removePodSandbox(pod.getId());
      } else {
        present.add(pod.getId());
      }
    }
    client
        .listContainers(ContainerFilter.getDefaultInstance())
        .forEach(container -> present.add(container.getId()));
    ids.clear();
    ids.addAll(present);
  }
}
