package io.keelson.runtime.docker;

import com.github.dockerjava.api.model.Ulimit;
import io.keelson.runtime.spi.CriException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The limits of a process that the option for them names, {@code getrlimit(2)}. */
final class Ulimits {
  private static final Pattern FORM =
      Pattern.compile("([a-z]+)=(\\d{1,18}|unlimited)(?::(\\d{1,18}|unlimited))?");
  private static final Pattern BLANKS = Pattern.compile("\\s+");
  private static final Set<String> NAMES =
      Set.of(
          "core",
          "cpu",
          "data",
          "fsize",
          "locks",
          "memlock",
          "msgqueue",
          "nice",
          "nofile",
          "nproc",
          "rss",
          "rtprio",
          "rttime",
          "sigpending",
          "stack");

  private Ulimits() {}

  /**
   * The limits in a text like {@code nofile=1024:524288 core=0}.
   *
   * @param option its name, for messages
   * @throws CriException {@code INVALID_ARGUMENT} naming what is not a limit
   */
  static List<Ulimit> parse(String option, String text) {
    Map<String, Ulimit> ulimits = new LinkedHashMap<>();
    for (String word : BLANKS.split(text.strip(), -1)) {
      if (!word.isEmpty()) {
        Ulimit ulimit = ulimit(option, word);
        if (ulimits.put(ulimit.getName(), ulimit) != null) {
          throw invalid(option, ulimit.getName() + " is given twice");
        }
      }
    }
    return List.copyOf(ulimits.values());
  }

  private static Ulimit ulimit(String option, String word) {
    Matcher matcher = FORM.matcher(word);
    if (!matcher.matches() || !NAMES.contains(matcher.group(1))) {
      throw invalid(
          option,
          "'%s' is not a limit like nofile=1024:524288, soft and hard, of %s"
              .formatted(word, String.join(", ", NAMES.stream().sorted().toList())));
    }
    long soft = value(matcher.group(2));
    long hard = matcher.group(3) == null ? soft : value(matcher.group(3));
    // The kernel's word for unlimited is the highest number there is.
    if (Long.compareUnsigned(soft, hard) > 0) {
      throw invalid(option, "the soft limit of '%s' is above the hard one".formatted(word));
    }
    return new Ulimit(matcher.group(1), soft, hard);
  }

  private static long value(String text) {
    return text.equals("unlimited") ? -1 : Long.parseLong(text);
  }

  private static CriException invalid(String option, String why) {
    return CriException.invalidArgument("option " + option + ": " + why);
  }
}
