package io.keelson.node.agent;

import com.google.protobuf.ByteString;
import io.fabric8.kubernetes.api.model.Container;
import io.keelson.node.agent.config.ContainerConfigBuilder;
import io.keelson.runtime.log.ContainerLogReader;
import io.keelson.runtime.log.LogEntry;
import io.keelson.runtime.log.LogFormatException;
import io.keelson.runtime.log.LogReadOptions;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The last words of ended containers: from the file they write them to, or from their log. */
final class TerminationMessages {
  private static final Logger log = LoggerFactory.getLogger(TerminationMessages.class);
  private static final int FILE_LIMIT = 4096;
  private static final int LOG_LIMIT = 2048;
  private static final int LOG_LINES = 80;

  private final Path podDirectory;

  TerminationMessages(Path podDirectory) {
    this.podDirectory = podDirectory;
  }

  /** What an ended instance had to say; else what the runtime says of its end. */
  String of(Container container, ObservedContainer instance) {
    Path file =
        ContainerConfigBuilder.messageFile(podDirectory, instance.name(), instance.attempt());
    String words = "";
    try {
      // A container may have put a link in the place of its file: only its own file is read.
      if (Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
        try (InputStream from = Files.newInputStream(file)) {
          words = new String(from.readNBytes(FILE_LIMIT), StandardCharsets.UTF_8).strip();
        }
      }
      boolean fallBack = "FallbackToLogsOnError".equals(container.getTerminationMessagePolicy());
      if (words.isEmpty() && fallBack && !instance.succeeded()) {
        words = logTail(Path.of(instance.status().getLogPath()));
      }
    } catch (IOException | LogFormatException e) {
      log.debug("no last words of {}", instance.id(), e);
    }
    return words.isEmpty() ? instance.status().getMessage() : words;
  }

  private static String logTail(Path path) throws IOException {
    if (!Files.isRegularFile(path)) {
      return "";
    }
    ByteString text = ByteString.EMPTY;
    try (ContainerLogReader reader =
        ContainerLogReader.open(path, LogReadOptions.everything().withTailLines(LOG_LINES))) {
      Optional<LogEntry> entry = reader.next();
      while (entry.isPresent()) {
        text = text.concat(entry.get().content());
        if (!entry.get().partial()) {
          text = text.concat(ByteString.copyFromUtf8("\n"));
        }
        text = text.substring(Math.max(0, text.size() - LOG_LIMIT));
        entry = reader.next();
      }
    }
    return text.toStringUtf8().strip();
  }
}
