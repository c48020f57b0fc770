package io.keelson.runtime.docker.image;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class MirrorsTest {
  private static final String BY_DIGEST = "example.com/team/app@sha256:" + "0".repeat(64);

  @Test
  void aNameByDigestIsNoTagEvenWhereTheEngineListsItAsOne() {
    Mirrors.Names names =
        new Mirrors.Names(List.of("example.com/team/app:1", BY_DIGEST), List.of(BY_DIGEST));

    assertThat(names.tags()).containsExactly("example.com/team/app:1");
    assertThat(names.digests()).containsExactly(BY_DIGEST);
  }
}
