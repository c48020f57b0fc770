import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

/**
 * Reads the test reports below a folder, names every test that was left out and why, and counts.
 * Exits 1 when a test failed, when none ran, or, with {@code CI=true}, when one was left out.
 */
final class TestSummary {
  private static int passed;
  private static int failed;
  private static int skipped;

  public static void main(String[] args) throws Exception {
    List<Path> reports;
    try (Stream<Path> files = Files.find(Path.of(args[0]), 4, TestSummary::isReport)) {
      reports = files.sorted().toList();
    }
    for (Path report : reports) {
      read(report);
    }
    boolean leftOut = skipped > 0 && "true".equals(System.getenv("CI"));
    if (leftOut) {
      System.out.println("test: with CI=true nothing may be left out");
    }
    System.out.printf("%d passed, %d failed, %d skipped%n", passed, failed, skipped);
    System.exit(failed > 0 || passed == 0 || leftOut ? 1 : 0);
  }

  private static boolean isReport(Path file, Object attributes) {
    String parent = file.getParent() == null ? "" : file.getParent().getFileName().toString();
    return file.getFileName().toString().matches("TEST-.*\\.xml")
        && (parent.equals("surefire-reports") || parent.equals("failsafe-reports"));
  }

  private static void read(Path report) throws IOException {
    NodeList cases;
    try {
      cases =
          DocumentBuilderFactory.newInstance()
              .newDocumentBuilder()
              .parse(report.toFile())
              .getElementsByTagName("testcase");
    } catch (Exception e) {
      throw new IOException("cannot read " + report, e);
    }
    for (int i = 0; i < cases.getLength(); i++) {
      Element test = (Element) cases.item(i);
      NodeList left = test.getElementsByTagName("skipped");
      if (left.getLength() > 0) {
        skipped++;
        String reason = reason((Element) left.item(0));
        System.out.printf(
            "left out: %s.%s: %s%n",
            test.getAttribute("classname"), test.getAttribute("name"), reason);
      } else if (test.getElementsByTagName("failure").getLength() > 0
          || test.getElementsByTagName("error").getLength() > 0) {
        failed++;
        System.out.printf("FAILED: %s.%s%n", test.getAttribute("classname"), test.getAttribute("name"));
      } else {
        passed++;
      }
    }
  }

  /** The reason is an attribute, or stands in the trace after the exception's name. */
  private static String reason(Element skipped) {
    String message = skipped.getAttribute("message");
    return message.isEmpty()
        ? skipped.getTextContent().strip().lines().findFirst().orElse("no reason given")
        : message;
  }
}
