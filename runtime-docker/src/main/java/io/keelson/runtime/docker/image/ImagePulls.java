package io.keelson.runtime.docker.image;

import com.fasterxml.jackson.databind.JsonNode;
import io.keelson.runtime.docker.engine.DockerEngine;
import io.keelson.runtime.spi.CriException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Pulls in progress. Callers who want the same image with the same credentials at the same time
 * share one pull; it ends when the last of them gives up. A pull may take any time while it makes
 * progress, and fails when it makes none for the stall limit. Thread-safe.
 */
final class ImagePulls implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(ImagePulls.class);

  private final DockerEngine engine;
  private final Duration stallLimit;
  private final Map<Request, Pull> running = new HashMap<>();

  private record Request(ImageReference image, String auth) {}

  ImagePulls(DockerEngine engine, Duration stallLimit) {
    this.engine = engine;
    this.stallLimit = stallLimit;
  }

  /**
   * Pulls an image, or waits for a pull of it that is under way.
   *
   * @param auth the value of {@link RegistryAuth#HEADER}
   */
  void pull(ImageReference image, String auth) throws InterruptedException {
    Request request = new Request(image, auth);
    Pull pull;
    synchronized (running) {
      pull = running.computeIfAbsent(request, Pull::new);
      pull.waiting++;
      if (pull.waiting == 1) {
        pull.start();
      }
    }
    try {
      pull.result.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof CriException failure) {
        // A failure may reach several callers: each gets a trace of its own.
        throw new CriException(failure.code(), String.valueOf(failure.getMessage()), failure);
      }
      throw CriException.internal("the pull of " + image + " failed: " + e.getCause(), e);
    } finally {
      synchronized (running) {
        pull.waiting--;
        if (pull.waiting == 0) {
          running.remove(request, pull);
          pull.stop();
        }
      }
    }
  }

  @Override
  public void close() {
    synchronized (running) {
      running.values().forEach(Pull::stop);
    }
  }

  /** One pull, on a thread of its own. */
  private final class Pull implements Runnable {
    final CompletableFuture<Boolean> result = new CompletableFuture<>();
    private final Request request;
    private final Map<String, String> lastStatus = new HashMap<>();
    private int waiting;
    private @Nullable Thread thread;
    private volatile long lastProgress = System.nanoTime();
    private volatile boolean stalled;

    Pull(Request request) {
      this.request = request;
    }

    void start() {
      thread = Thread.ofVirtual().name("pull-" + request.image()).start(this);
    }

    void stop() {
      Thread puller = thread;
      if (puller != null) {
        puller.interrupt();
      }
    }

    @Override
    public void run() {
      Thread puller = Thread.currentThread();
      Thread guard = Thread.ofVirtual().start(() -> guard(puller));
      long began = System.nanoTime();
      try {
        pull();
        log.info(
            "pulled image {} in {} ms",
            request.image(),
            Duration.ofNanos(System.nanoTime() - began).toMillis());
        result.complete(true);
      } catch (CriException e) {
        result.completeExceptionally(e);
      } catch (InterruptedException e) {
        result.completeExceptionally(
            stalled
                ? CriException.unavailable(
                    "RegistryUnavailable: cannot pull image %s: no progress for %d s (%s)"
                        .formatted(request.image(), stallLimit.toSeconds(), lastStatus.values()),
                    e)
                : CriException.unavailable("the pull of " + request.image() + " was given up", e));
      } finally {
        guard.interrupt();
      }
    }

    private void guard(Thread puller) {
      try {
        while (true) {
          long left = lastProgress + stallLimit.toNanos() - System.nanoTime();
          if (left <= 0) {
            stalled = true;
            puller.interrupt();
            return;
          }
          Thread.sleep(Duration.ofNanos(left));
        }
      } catch (InterruptedException done) {
        log.debug("the pull of {} has ended", request.image());
      }
    }

    private void pull() throws InterruptedException {
      ImageReference image = request.image();
      String path =
          "/images/create?fromImage=" + encode(image.name()) + "&tag=" + encode(image.version());
      String what = "pull image " + image;
      try {
        engine.stream(
            what,
            path,
            Map.of(RegistryAuth.HEADER, request.auth()),
            null,
            item -> {
              String error = item.path("error").asText("");
              if (!error.isEmpty()) {
                throw engine.refusal(what, error);
              }
              progress(item);
            });
      } catch (CriException e) {
        throw PullErrors.of(image, e, words(e));
      }
    }

    /** The engine's words, without what {@link DockerEngine} put before them. */
    private static String words(CriException e) {
      String text = String.valueOf(e.getMessage());
      int colon = text.indexOf(": ");
      return colon < 0 ? text : text.substring(colon + 2);
    }

    /** Only a line that says something new is progress: a stuck engine may repeat itself. */
    private void progress(JsonNode item) {
      String layer = item.path("id").asText("");
      String status = item.path("status").asText("") + item.path("progressDetail");
      String before = lastStatus.put(layer, status);
      if (!status.equals(before)) {
        lastProgress = System.nanoTime();
        log.debug("pull {}: {} {}", request.image(), layer, status);
      }
    }
  }

  private static String encode(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }
}
