package io.keelson.conformance.report;

import io.keelson.conformance.Profile;
import io.keelson.conformance.TestOutcome;
import io.keelson.conformance.TestOutcome.Verdict;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import javax.xml.stream.XMLOutputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamWriter;

/** Writes a run as the XML that continuous integration servers read: a suite for each profile. */
public final class JunitXmlReport {
  private static final int REPLACEMENT = 0xfffd;

  private JunitXmlReport() {}

  /** Writes it to a file, in the place of an older one. */
  public static void write(Run run, Path file) throws IOException {
    try (Writer out = Files.newBufferedWriter(file)) {
      XMLStreamWriter xml = XMLOutputFactory.newFactory().createXMLStreamWriter(out);
      xml.writeStartDocument();
      xml.writeStartElement("testsuites");
      xml.writeAttribute("name", "CRI conformance of " + run.runtime());
      xml.writeAttribute("time", seconds(run.took()));
      for (Profile profile : run.profiles()) {
        write(run, profile, xml);
      }
      xml.writeEndDocument();
      xml.close();
    } catch (XMLStreamException e) {
      throw new IOException(e);
    }
  }

  private static void write(Run run, Profile profile, XMLStreamWriter xml)
      throws XMLStreamException {
    var outcomes = run.of(profile);
    xml.writeStartElement("testsuite");
    xml.writeAttribute("name", profile.toString());
    xml.writeAttribute("tests", Integer.toString(outcomes.size()));
    xml.writeAttribute("failures", count(run, profile, Verdict.FAILED));
    xml.writeAttribute("skipped", count(run, profile, Verdict.NOT_APPLICABLE));
    xml.writeAttribute("errors", "0");
    xml.writeAttribute("timestamp", run.began().toString());
    for (TestOutcome outcome : outcomes) {
      xml.writeStartElement("testcase");
      xml.writeAttribute("classname", profile + "." + outcome.group());
      xml.writeAttribute("name", outcome.name());
      xml.writeAttribute("time", seconds(outcome.duration()));
      switch (outcome.verdict()) {
        case PASSED -> {}
        case FAILED -> {
          xml.writeStartElement("failure");
          xml.writeAttribute("message", valid(outcome.reason()));
          xml.writeCharacters(valid(outcome.specification() + "\n\n" + Calls.text(outcome)));
          xml.writeEndElement();
        }
        case NOT_APPLICABLE -> {
          xml.writeEmptyElement("skipped");
          xml.writeAttribute("message", valid(outcome.reason()));
        }
      }
      xml.writeEndElement();
    }
    xml.writeEndElement();
  }

  private static String count(Run run, Profile profile, Verdict verdict) {
    return Long.toString(
        run.of(profile).stream().filter(outcome -> outcome.verdict() == verdict).count());
  }

  private static String seconds(Duration time) {
    return String.format(Locale.ROOT, "%.3f", time.toNanos() / 1e9);
  }

  /** What a runtime says may hold characters that XML cannot. */
  private static String valid(String text) {
    return text.codePoints()
        .map(c -> isValid(c) ? c : REPLACEMENT)
        .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
        .toString();
  }

  private static boolean isValid(int c) {
    boolean control = c < ' ' && c != '\n' && c != '\t';
    boolean surrogate = c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE;
    return !control && !surrogate && c != 0xfffe && c != 0xffff;
  }
}
