package io.keelson.runtime.server;

import io.grpc.Status;
import io.keelson.runtime.spi.ContainerEventSink;
import io.keelson.runtime.spi.CriException;
import io.keelson.runtime.spi.RuntimeBackend;
import io.keelson.runtime.v1.ContainerEventResponse;
import io.keelson.runtime.v1.ContainerEventType;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadFactory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Fans container events out to every {@code GetContainerEvents} reader, in the order backends
 * report them. Backends never wait: events pass through one bounded queue, and each reader has a
 * bounded queue of its own. A reader that falls behind is ended with {@code RESOURCE_EXHAUSTED}, so
 * that it knows to list again, instead of losing events unseen.
 */
final class EventHub implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(EventHub.class);
  private static final int QUEUE_LIMIT = 8192;
  private static final int READER_LIMIT = 1024;

  private final BlockingQueue<Reported> reported = new ArrayBlockingQueue<>(QUEUE_LIMIT);
  private final Set<Reader> readers = ConcurrentHashMap.newKeySet();
  private final Thread dispatcher;

  private record Reported(
      RuntimeBackend backend,
      String containerId,
      String podSandboxId,
      ContainerEventType type,
      long createdAtNanos) {}

  private static final class Reader {
    final BlockingQueue<ContainerEventResponse> queue = new ArrayBlockingQueue<>(READER_LIMIT);
    final Thread thread = Thread.currentThread();
    volatile boolean overrun;

    void overrun() {
      overrun = true;
      thread.interrupt();
    }
  }

  EventHub(ThreadFactory threads) {
    dispatcher = threads.newThread(this::dispatch);
    dispatcher.start();
  }

  /** The sink {@code backend} reports to. */
  ContainerEventSink sinkFor(RuntimeBackend backend) {
    return (containerId, podSandboxId, type, createdAtNanos) -> {
      // Without readers an event has no use: a reader lists first and then follows.
      if (!readers.isEmpty()
          && !reported.offer(
              new Reported(backend, containerId, podSandboxId, type, createdAtNanos))) {
        readers.forEach(Reader::overrun);
      }
    };
  }

  /** Sends events to one reader until its call ends. */
  void stream(CallRunner.Sender<ContainerEventResponse> sender) throws InterruptedException {
    Reader reader = new Reader();
    readers.add(reader);
    try {
      while (true) {
        sender.send(reader.queue.take());
      }
    } catch (InterruptedException e) {
      if (reader.overrun) {
        throw CriException.resourceExhausted(
            "this reader of GetContainerEvents fell %d events behind; list again and re-subscribe"
                .formatted(READER_LIMIT),
            e);
      }
      throw e;
    } finally {
      readers.remove(reader);
    }
  }

  /** How many readers are subscribed. */
  int readers() {
    return readers.size();
  }

  private void dispatch() {
    try {
      while (true) {
        Reported event = reported.take();
        ContainerEventResponse response = describe(event);
        for (Reader reader : readers) {
          if (!reader.queue.offer(response)) {
            reader.overrun();
          }
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static ContainerEventResponse describe(Reported event) throws InterruptedException {
    ContainerEventResponse.Builder response =
        ContainerEventResponse.newBuilder()
            .setContainerId(event.containerId())
            .setContainerEventType(event.type())
            .setCreatedAt(event.createdAtNanos());
    try {
      response.setPodSandboxStatus(
          event.backend().podSandboxes().podSandboxStatus(event.podSandboxId()));
      response.addAllContainersStatuses(
          PodSnapshot.containerStatuses(event.backend(), event.podSandboxId()));
    } catch (CriException e) {
      if (e.code() != Status.Code.NOT_FOUND) {
        log.warn("event of container {} goes out without statuses", event.containerId(), e);
      }
    } catch (RuntimeException e) {
      log.error("event of container {} goes out without statuses", event.containerId(), e);
    }
    return response.build();
  }

  @Override
  public void close() {
    dispatcher.interrupt();
  }
}
