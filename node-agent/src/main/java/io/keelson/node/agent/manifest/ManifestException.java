package io.keelson.node.agent.manifest;

import java.util.List;
import java.util.stream.Collectors;

/** A manifest that cannot be used, with everything found wrong with it. */
public final class ManifestException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final transient List<ManifestProblem> problems;

  /** Creates a failure from at least one problem. */
  public ManifestException(List<ManifestProblem> problems) {
    super(problems.stream().map(ManifestProblem::toString).collect(Collectors.joining("\n")));
    this.problems = List.copyOf(problems);
  }

  /** What is wrong, in the order of the file; never empty. */
  public List<ManifestProblem> problems() {
    return problems;
  }
}
