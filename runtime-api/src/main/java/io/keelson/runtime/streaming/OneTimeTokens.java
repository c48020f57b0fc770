package io.keelson.runtime.streaming;

import io.keelson.runtime.spi.CriException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Base64;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** Secrets that stand for something for a minute and can be redeemed once. Thread-safe. */
final class OneTimeTokens<T> {
  static final Duration LIFETIME = Duration.ofMinutes(1);
  static final int LIMIT = 1000;
  private static final int SIZE = 16;

  private final SecureRandom random = new SecureRandom();
  private final LongSupplier nanoTime;
  private final Map<String, Pending<T>> byToken = new LinkedHashMap<>();

  private record Pending<T>(T value, long issuedAt) {}

  OneTimeTokens(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
  }

  /**
   * A new token for a value.
   *
   * @throws CriException {@code RESOURCE_EXHAUSTED} when {@link #LIMIT} others are unredeemed
   */
  synchronized String issue(T value) {
    dropExpired();
    if (byToken.size() >= LIMIT) {
      throw CriException.resourceExhausted(
          "%d streaming URLs wait to be used; use them or wait until they expire after %d s"
              .formatted(LIMIT, LIFETIME.toSeconds()),
          null);
    }
    byte[] bytes = new byte[SIZE];
    random.nextBytes(bytes);
    String token = Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    byToken.put(token, new Pending<>(value, nanoTime.getAsLong()));
    return token;
  }

  /** What a token stands for, once; null when it is unknown, used or expired. */
  synchronized @Nullable T redeem(String token) {
    dropExpired();
    Pending<T> pending = byToken.remove(token);
    return pending == null ? null : pending.value();
  }

  private void dropExpired() {
    long now = nanoTime.getAsLong();
    Iterator<Pending<T>> oldestFirst = byToken.values().iterator();
    while (oldestFirst.hasNext() && now - oldestFirst.next().issuedAt() >= LIFETIME.toNanos()) {
      oldestFirst.remove();
    }
  }
}
