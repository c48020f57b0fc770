package io.keelson.runtime.fake.fault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.keelson.runtime.fake.FakeBackend;
import io.keelson.runtime.spi.CriException;
import java.time.Clock;
import org.junit.jupiter.api.Test;

/** That the suite catches each of them is the conformance module's to prove. */
final class FaultsTest {

  @Test
  void a_runtime_with_a_fault_still_has_every_optional_part_of_the_fake() {
    for (Fault fault : Faults.all()) {
      try (var faulty = fault.plant(new FakeBackend(Clock.systemUTC()))) {
        for (Class<?> part : FakeBackend.class.getInterfaces()) {
          assertThat(faulty).as(fault.name()).isInstanceOf(part);
        }
      }
    }
  }

  @Test
  void names_are_kebab_case_and_name_one_fault_each() {
    assertThat(Faults.all())
        .extracting(Fault::name)
        .doesNotHaveDuplicates()
        .allMatch(name -> name.matches("[a-z]+(-[a-z]+)*"));
    assertThat(Faults.all()).allMatch(fault -> Faults.named(fault.name()).equals(fault));
  }

  @Test
  void an_unknown_name_is_refused_with_those_that_there_are() {
    assertThatThrownBy(() -> Faults.named("exit-code-lots"))
        .isInstanceOf(CriException.class)
        .hasMessageStartingWith("there is no fault 'exit-code-lots' to plant into the fake")
        .hasMessageContaining("exit-code-lost");
  }
}
