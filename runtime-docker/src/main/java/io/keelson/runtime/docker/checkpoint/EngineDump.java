package io.keelson.runtime.docker.checkpoint;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.grpc.Status;
import io.keelson.runtime.docker.engine.DockerEngine;
import io.keelson.runtime.spi.CriException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The engine's part of a checkpoint: has CRIU write, or restore, processes and their memory. */
final class EngineDump {
  /** The folder of CRIU's images, in the engine's hands and in the archive. */
  static final String FOLDER = "checkpoint";

  private static final Pattern LOG = Pattern.compile("(?:path=|log file:) ?(/\\S+\\.log)");
  private static final Pattern LOG_ERROR =
      Pattern.compile("^(?:\\([0-9.]+\\) +)?(?:[0-9]+: )?Error \\(([^)]*)\\): (.*)$");
  private static final int LOG_TAIL_BYTES = 64 * 1024;
  private static final int LOG_ERRORS = 3;

  private EngineDump() {}

  /**
   * Writes a running container's processes to {@link #FOLDER} below a folder; they go on then.
   *
   * @throws CriException {@code FAILED_PRECONDITION} naming what this machine lacks
   */
  static void write(DockerEngine engine, String containerId, Path folder)
      throws InterruptedException {
    String what = "checkpoint container " + containerId;
    String request =
        JsonNodeFactory.instance
            .objectNode()
            .put("CheckpointID", FOLDER)
            .put("CheckpointDir", folder.toString())
            .put("Exit", false)
            .toString();
    try {
      engine.stream(
          what,
          "/containers/" + containerId + "/checkpoints",
          Map.of("Content-Type", "application/json"),
          new ByteArrayInputStream(request.getBytes(StandardCharsets.UTF_8)),
          nothing -> {});
    } catch (CriException e) {
      throw explained(what, e);
    }
  }

  /**
   * Starts a container from what lies in its folder of checkpoints.
   *
   * @throws CriException {@code FAILED_PRECONDITION} naming what this machine lacks
   */
  static void restore(DockerEngine engine, String containerId) throws InterruptedException {
    String what = "restore container " + containerId;
    try {
      engine.stream(
          what,
          "/containers/" + containerId + "/start?checkpoint=" + FOLDER,
          Map.of(),
          null,
          nothing -> {});
    } catch (CriException e) {
      throw explained(what, e);
    }
  }

  private static CriException explained(String what, CriException refusal) {
    String message = String.valueOf(refusal.getMessage());
    if (refusal.code() == Status.Code.UNIMPLEMENTED) {
      return CriException.failedPrecondition(
          "cannot %s: the Docker Engine runs without its experimental features; set".formatted(what)
              + " \"experimental\": true in its daemon.json and start it anew");
    }
    if (message.contains("\"criu\": executable file not found")) {
      return CriException.failedPrecondition(
          "cannot %s: CRIU is not on the PATH of the Docker Engine; install the package criu there"
              .formatted(what));
    }
    Matcher log = LOG.matcher(message);
    if (message.toLowerCase(Locale.ROOT).contains("criu") && log.find()) {
      String errors = errors(Path.of(log.group(1)));
      if (!errors.isEmpty()) {
        return CriException.failedPrecondition(
            "cannot %s: CRIU failed: %s; run 'criu check', which tells what this kernel lacks, and"
                    .formatted(what, errors)
                + " install a newer CRIU if it fails");
      }
    }
    return refusal;
  }

  /** The last errors in CRIU's log; empty when it cannot be read. */
  private static String errors(Path log) {
    try (RandomAccessFile file = new RandomAccessFile(log.toFile(), "r")) {
      file.seek(Math.max(0, file.length() - LOG_TAIL_BYTES));
      byte[] tail = new byte[(int) (file.length() - file.getFilePointer())];
      file.readFully(tail);
      List<String> errors =
          new String(tail, StandardCharsets.UTF_8)
              .lines()
              .map(LOG_ERROR::matcher)
              .filter(Matcher::matches)
              .map(line -> line.group(2))
              .toList();
      return errors.stream()
          .skip(Math.max(0, errors.size() - LOG_ERRORS))
          .collect(Collectors.joining("; "));
    } catch (IOException notHere) {
      return "";
    }
  }
}
