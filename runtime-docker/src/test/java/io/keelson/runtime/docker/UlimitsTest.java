package io.keelson.runtime.docker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.dockerjava.api.model.Ulimit;
import io.keelson.runtime.spi.CriException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class UlimitsTest {
  @Test
  void one_number_is_both_limits_and_there_may_be_none() {
    assertThat(Ulimits.parse("ulimits", " nofile=1024:524288  core=0 memlock=64:unlimited "))
        .containsExactly(
            new Ulimit("nofile", 1024L, 524288L),
            new Ulimit("core", 0L, 0L),
            new Ulimit("memlock", 64L, -1L));
    assertThat(Ulimits.parse("ulimits", " ")).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "nofile, 'nofile'",
    "files=1, 'files=1'",
    "nofile=-1, 'nofile=-1'",
    "nofile=9:8, above the hard one",
    "nofile=unlimited:8, above the hard one",
    "core=0 core=1, core is given twice",
  })
  void anything_else_is_told_of(String text, String told) {
    assertThatThrownBy(() -> Ulimits.parse("ulimits", text))
        .isInstanceOf(CriException.class)
        .hasMessageContaining("option ulimits")
        .hasMessageContaining(told);
  }
}
