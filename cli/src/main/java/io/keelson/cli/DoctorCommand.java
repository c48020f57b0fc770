package io.keelson.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.keelson.cli.config.DaemonConfiguration;
import io.keelson.cli.doctor.Doctor;
import io.keelson.cli.doctor.Finding;
import io.keelson.cli.shell.Terminal;
import io.keelson.runtime.docker.engine.DockerEngine;
import io.keelson.runtime.transport.Endpoint;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Option;

/** {@code keelson doctor}: what this machine has and lacks. */
@Command(
    name = "doctor",
    description = {
      "Checks what this machine has and lacks to run pods on Docker.",
      "Names the command that mends each lack, and changes nothing. Exit status 1 when pods cannot"
          + " run like this."
    },
    mixinStandardHelpOptions = true)
final class DoctorCommand implements Callable<Integer> {
  @Option(
      names = "--engine",
      paramLabel = "ENDPOINT",
      description = "Where the Docker Engine listens; default unix:///var/run/docker.sock.")
  private Endpoint engine = DockerEngine.DEFAULT_ENDPOINT;

  @Option(names = "--output", description = "text or json; default text.")
  private OutputFormat output = OutputFormat.TEXT;

  @Override
  public Integer call() throws InterruptedException, JsonProcessingException {
    List<Finding> findings = new Doctor(engine, DaemonConfiguration.DEFAULTS).examine();
    switch (output) {
      case JSON ->
          System.out.println(
              new ObjectMapper().writerWithDefaultPrettyPrinter().writeValueAsString(findings));
      case TEXT -> findings.forEach(DoctorCommand::print);
    }
    return findings.stream().anyMatch(f -> f.verdict() == Finding.Verdict.FAILED) ? 1 : 0;
  }

  private static void print(Finding finding) {
    String mark =
        switch (finding.verdict()) {
          case OK -> "@|green ok     |@";
          case WARNING -> "@|yellow warning|@";
          case FAILED -> "@|red failed |@";
        };
    Ansi ansi = Terminal.hasColour() ? Ansi.ON : Ansi.OFF;
    System.out.printf("%s  %-18s %s%n", ansi.string(mark), finding.check(), finding.detail());
    if (!finding.remedy().isEmpty()) {
      System.out.printf("%29s-> %s%n", "", finding.remedy());
    }
  }
}
