package io.keelson.runtime.fake.fault;

import io.keelson.runtime.spi.CriException;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The catalogue of all faults. */
public final class Faults {
  private static final List<Fault> ALL =
      Stream.of(
              StatusFaults.all(),
              PodFaults.all(),
              ListFaults.all(),
              ContainerFaults.all(),
              ContainerStatusFaults.all(),
              ImageFaults.all(),
              RepetitionFaults.all())
          .flatMap(List::stream)
          .toList();

  private Faults() {}

  /** Every fault, those of one subject together. */
  public static List<Fault> all() {
    return ALL;
  }

  /**
   * The fault with a name.
   *
   * @throws CriException {@code INVALID_ARGUMENT}, with all names, when there is none
   */
  public static Fault named(String name) {
    return ALL.stream()
        .filter(fault -> fault.name().equals(name))
        .findAny()
        .orElseThrow(() ->
            CriException.invalidArgument(
                "there is no fault '%s' to plant into the fake; there are: %s"
                    .formatted(
                        name, ALL.stream().map(Fault::name).collect(Collectors.joining(", ")))));
  }
}
