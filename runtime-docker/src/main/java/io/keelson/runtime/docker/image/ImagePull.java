package io.keelson.runtime.docker.image;

import com.github.dockerjava.api.async.ResultCallback;
import com.github.dockerjava.api.model.AuthConfig;
import com.github.dockerjava.api.model.PullResponseItem;
import com.github.dockerjava.api.model.ResponseItem;
import io.grpc.Status;
import io.keelson.runtime.docker.engine.DockerEngine;
import io.keelson.runtime.spi.CriException;
import java.io.Closeable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has the engine pull an image. There is no limit on the whole, which may be large and slow, but
 * one on standing still. Interrupting the caller ends the pull.
 */
final class ImagePull {
  private static final Logger log = LoggerFactory.getLogger(ImagePull.class);
  private static final Duration STALL_LIMIT = Duration.ofMinutes(5);

  private final DockerEngine engine;

  ImagePull(DockerEngine engine) {
    this.engine = engine;
  }

  /**
   * Pulls and returns when the image is here.
   *
   * @throws CriException as {@link io.keelson.runtime.spi.Images#pullImage} says
   */
  void run(ImageReference reference, io.keelson.runtime.v1.AuthConfig auth)
      throws InterruptedException {
    AuthConfig credentials = credentials(reference, auth);
    Progress progress = new Progress(reference);
    try (progress) {
      engine.call(
          "pull image " + reference,
          client ->
              client
                  .pullImageCmd(reference.name())
                  .withTag(reference.version())
                  .withAuthConfig(credentials)
                  .exec(progress));
      progress.await();
    } catch (CriException e) {
      throw failure(reference, String.valueOf(e.getMessage()), e);
    }
  }

  static AuthConfig credentials(ImageReference reference, io.keelson.runtime.v1.AuthConfig auth) {
    AuthConfig credentials = new AuthConfig();
    String server = auth.getServerAddress();
    credentials.withRegistryAddress(server.isEmpty() ? reference.registry() : server);
    if (!auth.getUsername().isEmpty()) {
      return credentials.withUsername(auth.getUsername()).withPassword(auth.getPassword());
    }
    if (!auth.getAuth().isEmpty()) {
      String[] pair = decoded(auth.getAuth()).split(":", 2);
      if (pair.length < 2) {
        throw CriException.invalidArgument("auth.auth is not the base64 form of user:password");
      }
      return credentials.withUsername(pair[0]).withPassword(pair[1]);
    }
    if (!auth.getIdentityToken().isEmpty()) {
      return credentials.withIdentityToken(auth.getIdentityToken());
    }
    if (!auth.getRegistryToken().isEmpty()) {
      return credentials.withRegistrytoken(auth.getRegistryToken());
    }
    return credentials;
  }

  private static String decoded(String base64) {
    try {
      // Some tools pad the text itself with NUL bytes.
      return new String(Base64.getDecoder().decode(base64), StandardCharsets.UTF_8)
          .replace("\0", "");
    } catch (IllegalArgumentException e) {
      throw CriException.invalidArgument("auth.auth is not base64");
    }
  }

  /** The CRI failure for the engine's words, which are all that it gives. */
  static CriException failure(ImageReference reference, String words, @Nullable Throwable cause) {
    String lower = words.toLowerCase(Locale.ROOT);
    if (cause instanceof CriException e && e.code() == Status.Code.UNAVAILABLE) {
      return e;
    }
    if (lower.contains("no space left")) {
      return CriException.resourceExhausted(
          "image '%s' does not fit on the engine's disk; free space there (%s)"
              .formatted(reference, words),
          cause);
    }
    if (containsAny(lower, "manifest unknown", "not found", "name unknown", "does not exist")) {
      return new CriException(
          Status.Code.NOT_FOUND,
          "image '%s' is not in its registry, or not for these credentials (%s)"
              .formatted(reference, words),
          cause);
    }
    if (containsAny(lower, "unauthorized", "no basic auth", "authentication required", "401")) {
      return new CriException(
          Status.Code.UNAUTHENTICATED,
          "registry %s wants other credentials for image '%s' (%s); check the image pull secret"
              .formatted(reference.registry(), reference, words),
          cause);
    }
    if (containsAny(lower, "denied", "forbidden", "403")) {
      return new CriException(
          Status.Code.PERMISSION_DENIED,
          "registry %s denies access to image '%s' (%s)"
              .formatted(reference.registry(), reference, words),
          cause);
    }
    if (containsAny(
        lower, "connection refused", "no such host", "timeout", "unreachable", "eof", "reset")) {
      return CriException.unavailable(
          "RegistryUnavailable: registry %s cannot be reached for image '%s' (%s)"
              .formatted(reference.registry(), reference, words),
          cause);
    }
    return CriException.unknown(
        "image '%s' could not be pulled: %s".formatted(reference, words), cause);
  }

  private static boolean containsAny(String text, String... words) {
    for (String word : words) {
      if (text.contains(word)) {
        return true;
      }
    }
    return false;
  }

  /** Takes the engine's messages, in docker-java's thread, and wakes the caller at each. */
  private static final class Progress implements ResultCallback<PullResponseItem> {
    private final ImageReference reference;
    private volatile @Nullable Closeable source;
    private volatile @Nullable String error;
    private volatile @Nullable Throwable failure;
    private boolean ended;
    private long moved = System.nanoTime();

    Progress(ImageReference reference) {
      this.reference = reference;
    }

    @Override
    public void onStart(Closeable stream) {
      source = stream;
    }

    @Override
    public synchronized void onNext(PullResponseItem item) {
      moved = System.nanoTime();
      ResponseItem.ErrorDetail detail = item.getErrorDetail();
      if (detail != null) {
        error = detail.getMessage();
      }
      log.debug("pulling {}: {} {}", reference, item.getId(), item.getStatus());
    }

    @Override
    public synchronized void onError(Throwable thrown) {
      failure = thrown;
      ended = true;
      notifyAll();
    }

    @Override
    public synchronized void onComplete() {
      ended = true;
      notifyAll();
    }

    synchronized void await() throws InterruptedException {
      while (!ended) {
        long left = STALL_LIMIT.toNanos() - (System.nanoTime() - moved);
        if (left <= 0) {
          throw CriException.deadlineExceeded(
              "pulling image '%s' has made no progress for %d s; check the registry and the network"
                  .formatted(reference, STALL_LIMIT.toSeconds()));
        }
        TimeUnit.NANOSECONDS.timedWait(this, left);
      }
      String words = error;
      Throwable thrown = failure;
      if (words != null || thrown != null) {
        throw failure(reference, words != null ? words : String.valueOf(thrown), thrown);
      }
    }

    @Override
    public void close() {
      Closeable stream = source;
      if (stream != null) {
        try {
          stream.close();
        } catch (IOException e) {
          log.debug("closing the pull of {}", reference, e);
        }
      }
    }
  }
}
