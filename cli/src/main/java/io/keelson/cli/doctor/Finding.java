package io.keelson.cli.doctor;

/**
 * What one check found.
 *
 * @param check what was looked at
 * @param verdict how it is
 * @param detail one sentence on what was found
 * @param remedy the command that mends it; empty when there is nothing to mend
 */
public record Finding(String check, Verdict verdict, String detail, String remedy) {

  /** How bad it is. */
  public enum Verdict {
    /** As it should be. */
    OK,
    /** Something will not work, or not at its best. */
    WARNING,
    /** The Docker backend cannot run pods like this. */
    FAILED
  }

  static Finding ok(String check, String detail) {
    return new Finding(check, Verdict.OK, detail, "");
  }

  static Finding warning(String check, String detail, String remedy) {
    return new Finding(check, Verdict.WARNING, detail, remedy);
  }

  static Finding failed(String check, String detail, String remedy) {
    return new Finding(check, Verdict.FAILED, detail, remedy);
  }
}
