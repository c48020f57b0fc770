package io.keelson.runtime.client;

import io.grpc.Status;
import io.grpc.StatusException;
import io.grpc.stub.BlockingClientCall;
import io.keelson.runtime.spi.CriException;
import io.keelson.runtime.v1.ContainerEventResponse;
import io.keelson.runtime.v1.GetEventsRequest;
import io.keelson.runtime.v1.RuntimeServiceGrpc;
import java.util.Optional;

/**
 * Container events as they happen, from one subscription. One thread reads; any thread may close.
 * The peer is held back, and by its own rules may drop events, while nobody reads.
 */
public final class ContainerEvents implements AutoCloseable {
  private final BlockingClientCall<GetEventsRequest, ContainerEventResponse> call;
  private final String peer;
  private volatile boolean closed;

  ContainerEvents(BlockingClientCall<GetEventsRequest, ContainerEventResponse> call, String peer) {
    this.call = call;
    this.peer = peer;
  }

  /**
   * Waits for the next event.
   *
   * @return the event, or empty when the peer ended the stream or this was closed
   * @throws CriException {@code UNIMPLEMENTED} when the peer has no events, {@code UNAVAILABLE}
   *     when the connection broke; the subscription is over then
   */
  public Optional<ContainerEventResponse> next() throws InterruptedException {
    try {
      return Optional.ofNullable(call.read());
    } catch (StatusException e) {
      if (closed && e.getStatus().getCode() == Status.Code.CANCELLED) {
        return Optional.empty();
      }
      throw CallFailures.of(RuntimeServiceGrpc.getGetContainerEventsMethod(), peer, e);
    }
  }

  /** Ends the subscription. Repeatable. */
  @Override
  public void close() {
    if (!closed) {
      closed = true;
      call.cancel("the subscriber closed", null);
    }
  }
}
