package io.keelson.runtime.docker;

import com.github.dockerjava.api.async.ResultCallback;
import com.github.dockerjava.api.model.Event;
import com.github.dockerjava.api.model.EventType;
import io.keelson.runtime.docker.engine.DockerEngine;
import io.keelson.runtime.spi.CriException;
import java.io.Closeable;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The engine's events about the life of containers, whoever's they are, and about images, from the
 * moment it was opened until the engine ends it. A reader that falls {@link #QUEUE_LIMIT} events
 * behind sees the stream end, and looks at everything again.
 */
final class EngineEventStream implements AutoCloseable {
  private static final int QUEUE_LIMIT = 10_000;
  private static final int OPEN_LIMIT_SECONDS = 10;
  private static final String[] EVENTS = {
    "start",
    "die",
    "destroy", // of containers
    "pull",
    "load",
    "import",
    "create",
    "tag",
    "untag",
    "delete",
    "prune" // of images
  };

  /** The end of the stream is an empty entry. */
  private final BlockingQueue<Optional<Event>> queue = new ArrayBlockingQueue<>(QUEUE_LIMIT + 1);

  private final Callback callback = new Callback();
  private final CountDownLatch opened = new CountDownLatch(1);

  private EngineEventStream() {}

  /**
   * Opens the stream; events from now on are in it.
   *
   * @throws CriException {@code UNAVAILABLE} when the engine does not answer
   */
  static EngineEventStream open(DockerEngine engine) throws InterruptedException {
    engine.ping();
    EngineEventStream stream = new EngineEventStream();
    engine.call(
        "follow the engine's events",
        client ->
            client
                .eventsCmd()
                .withEventTypeFilter(EventType.CONTAINER, EventType.IMAGE)
                .withEventFilter(EVENTS)
                .exec(stream.callback));
    if (!stream.opened.await(OPEN_LIMIT_SECONDS, TimeUnit.SECONDS)) {
      stream.close();
      throw CriException.unavailable(
          "the Docker Engine at %s did not open its event stream within %d s"
              .formatted(engine.endpoint(), OPEN_LIMIT_SECONDS),
          null);
    }
    return stream;
  }

  /** Hands each event to {@code reader}, until the stream ends. */
  void forEach(Consumer<Event> reader) throws InterruptedException {
    while (true) {
      Optional<Event> event = queue.take();
      if (event.isEmpty()) {
        return;
      }
      reader.accept(event.get());
    }
  }

  @Override
  public void close() {
    callback.close();
  }

  /** Runs in docker-java's thread. */
  private final class Callback implements ResultCallback<Event> {
    private volatile @Nullable Closeable source;

    @Override
    public void onStart(Closeable stream) {
      source = stream;
      opened.countDown();
    }

    @Override
    public void onNext(Event event) {
      if (queue.remainingCapacity() <= 1 || !queue.offer(Optional.of(event))) {
        close();
      }
    }

    @Override
    public void onError(Throwable failure) {
      end();
    }

    @Override
    public void onComplete() {
      end();
    }

    private void end() {
      opened.countDown();
      if (!queue.offer(Optional.empty())) {
        throw new IllegalStateException("one place is kept free for the end");
      }
    }

    @Override
    public void close() {
      Closeable open = source;
      if (open != null) {
        try {
          open.close();
        } catch (IOException e) {
          // A stream that cannot be closed is broken, which is what closing was to achieve.
          return;
        }
      }
    }
  }
}
