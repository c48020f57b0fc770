package io.keelson.node.agent.probe;

import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse;
import io.grpc.health.v1.HealthGrpc;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** Asks a server by the gRPC health checking protocol, without TLS. */
final class GrpcProbe {
  private GrpcProbe() {}

  static ProbeOutcome check(String host, int port, String service, Duration timeout)
      throws InterruptedException {
    ManagedChannel channel =
        Grpc.newChannelBuilderForAddress(host, port, InsecureChannelCredentials.create())
            .userAgent("keelson-probe")
            .build();
    try {
      HealthCheckResponse response =
          HealthGrpc.newBlockingStub(channel)
              .withDeadlineAfter(timeout.toMillis(), TimeUnit.MILLISECONDS)
              .check(HealthCheckRequest.newBuilder().setService(service).build());
      return response.getStatus() == HealthCheckResponse.ServingStatus.SERVING
          ? ProbeOutcome.SUCCESS
          : ProbeOutcome.failure(
              "service '%s' at %s:%d is %s".formatted(service, host, port, response.getStatus()));
    } catch (StatusRuntimeException e) {
      if (e.getStatus().getCode() == Status.Code.CANCELLED && Thread.interrupted()) {
        throw new InterruptedException("the probe was stopped");
      }
      return ProbeOutcome.failure(
          "gRPC health check of %s:%d: %s".formatted(host, port, e.getMessage()));
    } finally {
      channel.shutdownNow();
    }
  }
}
