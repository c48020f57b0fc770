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
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Fans container events out to every {@code GetContainerEvents} reader, in the order backends
 * report them. Backends never wait: events pass through one bounded queue, and each reader has a
 * bounded queue of its own. A reader that falls behind is ended with {@code RESOURCE_EXHAUSTED}, so
 * that it knows to list again, instead of losing events unseen. Statuses that go out with an event
 * are read from the backend once an event, and only while there are readers.
 */
final class EventHub implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(EventHub.class);
  private static final int REPORTED_LIMIT = 8192;
  private static final int READER_LIMIT = 1024;

  private final BlockingQueue<Reported> reported = new ArrayBlockingQueue<>(REPORTED_LIMIT);
  private final Set<Reader> readers = ConcurrentHashMap.newKeySet();
  private final Thread dispatcher;
  private volatile boolean closed;

  private record Reported(
      RuntimeBackend backend,
      String containerId,
      String podSandboxId,
      ContainerEventType type,
      long createdAtNanos) {}

  /** One subscription, made and read by the thread of its call. */
  private static final class Reader {
    private final BlockingQueue<ContainerEventResponse> queue =
        new ArrayBlockingQueue<>(READER_LIMIT);
    private final AtomicReference<@Nullable CriException> end = new AtomicReference<>();
    private final Thread thread = Thread.currentThread();

    void end(CriException reason) {
      if (end.compareAndSet(null, reason)) {
        thread.interrupt();
      }
    }

    void offer(ContainerEventResponse event) {
      if (!queue.offer(event)) {
        end(fellBehind(READER_LIMIT));
      }
    }
  }

  /** Creates a hub; it dispatches once started. */
  EventHub(ThreadFactory threads) {
    dispatcher = threads.newThread(this::dispatch);
  }

  /** Begins to hand events out. */
  void start() {
    dispatcher.start();
  }

  /** The sink {@code backend} reports to. */
  ContainerEventSink sinkFor(RuntimeBackend backend) {
    return (containerId, podSandboxId, type, createdAtNanos) -> {
      Reported event = new Reported(backend, containerId, podSandboxId, type, createdAtNanos);
      if (hasReaders() && !reported.offer(event)) {
        readers.forEach(reader -> reader.end(fellBehind(REPORTED_LIMIT)));
      }
    };
  }

  /** Sends events to one reader until its call ends. */
  void stream(CallRunner.Sender<ContainerEventResponse> sender) throws InterruptedException {
    Reader reader = new Reader();
    readers.add(reader);
    try {
      if (closed) {
        throw stopping();
      }
      while (true) {
        sender.send(reader.queue.take());
      }
    } catch (InterruptedException e) {
      CriException end = reader.end.get();
      if (end != null) {
        throw end;
      }
      throw e;
    } finally {
      readers.remove(reader);
    }
  }

  /** Whether anybody follows events at present. */
  boolean hasReaders() {
    return !readers.isEmpty();
  }

  private void dispatch() {
    try {
      while (true) {
        Reported event = reported.take();
        if (hasReaders()) {
          ContainerEventResponse response = describe(event);
          readers.forEach(reader -> reader.offer(response));
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

  private static CriException fellBehind(int events) {
    return CriException.resourceExhausted(
        "this reader of GetContainerEvents fell %d events behind; subscribe again, then list"
            .formatted(events),
        null);
  }

  private static CriException stopping() {
    return CriException.unavailable(
        "the daemon stops; subscribe again and list once it is back", null);
  }

  /** Ends every reader with {@code UNAVAILABLE} and stops dispatching. Repeatable. */
  @Override
  public void close() {
    closed = true;
    dispatcher.interrupt();
    readers.forEach(reader -> reader.end(stopping()));
  }
}
