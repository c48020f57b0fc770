package io.keelson.cli;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.TextFormat;
import io.keelson.cli.config.DaemonConfiguration;
import io.keelson.cli.shell.CommandFailure;
import io.keelson.runtime.docker.records.ContainerRecord;
import io.keelson.runtime.docker.records.SandboxRecord;
import io.keelson.runtime.state.StoredRecord;
import io.keelson.runtime.state.UnreadableRecordException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code keelson debug}: looks inside a daemon's state. */
@Command(
    name = "debug",
    description = "Looks inside a daemon.",
    subcommands = DebugCommand.State.class,
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND")
final class DebugCommand {

  /** {@code keelson debug state}: every record on disk, as text. */
  @Command(
      name = "state",
      description = "Prints every record a daemon keeps on disk.",
      mixinStandardHelpOptions = true)
  static final class State implements Callable<Integer> {
    private static final List<Message> KNOWN =
        List.of(SandboxRecord.getDefaultInstance(), ContainerRecord.getDefaultInstance());

    @Option(
        names = "--state-dir",
        paramLabel = "DIR",
        description = "The daemon's state folder; default /var/lib/keelson.")
    private Path directory = DaemonConfiguration.DEFAULT_STATE_DIRECTORY;

    @Override
    public Integer call() throws IOException {
      if (!Files.isDirectory(directory)) {
        throw new CommandFailure(
            "%s is not a folder; name the daemon's state-dir with --state-dir"
                .formatted(directory));
      }
      boolean damaged = false;
      try (Stream<Path> files = Files.walk(directory)) {
        for (Path file : files.filter(f -> f.toString().endsWith(".record")).sorted().toList()) {
          System.out.println("# " + file);
          try {
            System.out.println(text(StoredRecord.read(file).record()));
          } catch (UnreadableRecordException e) {
            damaged = true;
            System.out.println("# cannot be read: " + e.getMessage());
          }
        }
      }
      return damaged ? 1 : 0;
    }

    private static String text(Any record) throws InvalidProtocolBufferException {
      for (Message known : KNOWN) {
        if (record.is(known.getClass())) {
          return TextFormat.printer().printToString(record.unpack(known.getClass()));
        }
      }
      return "# a " + record.getTypeUrl() + ", which this version does not know";
    }
  }
}
