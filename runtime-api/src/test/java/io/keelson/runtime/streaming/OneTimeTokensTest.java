package io.keelson.runtime.streaming;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.Status;
import io.keelson.runtime.spi.CriException;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

final class OneTimeTokensTest {
  private final AtomicLong now = new AtomicLong(Long.MAX_VALUE - 5);
  private final OneTimeTokens<String> tokens = new OneTimeTokens<>(now::get);

  @Test
  void aTokenIsGoodOnce() {
    String token = tokens.issue("a");

    assertThat(token).hasSize(22).matches("[A-Za-z0-9_-]+");
    assertThat(tokens.redeem(token)).isEqualTo("a");
    assertThat(tokens.redeem(token)).isNull();
    assertThat(tokens.redeem("never issued")).isNull();
  }

  @Test
  void aTokenIsGoodForAMinute() {
    String first = tokens.issue("a");
    now.addAndGet(TimeUnit.SECONDS.toNanos(30));
    String second = tokens.issue("b");
    now.addAndGet(TimeUnit.SECONDS.toNanos(30));

    assertThat(tokens.redeem(first)).isNull();
    assertThat(tokens.redeem(second)).isEqualTo("b");
  }

  @Test
  void aThousandMayWaitAndExpiredOnesMakeRoom() {
    Set<String> issued = new HashSet<>();
    for (int i = 0; i < OneTimeTokens.LIMIT; i++) {
      issued.add(tokens.issue("a"));
    }
    assertThat(issued).hasSize(1000);
    assertThatThrownBy(() -> tokens.issue("one more"))
        .isInstanceOfSatisfying(
            CriException.class,
            e -> assertThat(e.code()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED));

    now.addAndGet(TimeUnit.MINUTES.toNanos(1));

    assertThat(tokens.issue("one more")).isNotEmpty();
  }
}
