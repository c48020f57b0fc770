package io.keelson.conformance;

import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What pods of a run are labelled with: it tells the run, and whether its process is alive. */
final class RunLabel {
  private static final Pattern FORM = Pattern.compile("([0-9]{1,18})-([0-9]{1,18})-[0-9a-f-]+");

  private RunLabel() {}

  /** A label for a new run of this process. */
  static String ofNewRun() {
    ProcessHandle process = ProcessHandle.current();
    return "%d-%d-%s"
        .formatted(process.pid(), began(process), UUID.randomUUID().toString().substring(0, 8));
  }

  /** Whether the process is gone whose run this was; false when the label is not one of these. */
  static boolean isOfDeadRun(String label) {
    Matcher form = FORM.matcher(label);
    if (!form.matches()) {
      return false;
    }
    Optional<ProcessHandle> process = ProcessHandle.of(Long.parseLong(form.group(1)));
    return process.map(RunLabel::began).filter(Long.valueOf(form.group(2))::equals).isEmpty();
  }

  private static long began(ProcessHandle process) {
    return process.info().startInstant().map(Instant::toEpochMilli).orElse(0L);
  }
}
