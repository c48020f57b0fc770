package io.keelson.cni;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A plugin that writes down how it was called and does what it is told: a shell script beside a
 * folder that holds a {@code <COMMAND>.sh} for each command it has been scripted for, and where it
 * leaves {@code calls}, {@code <COMMAND>.env} and {@code <COMMAND>.stdin}.
 */
public final class ScriptedPlugin {
  private final Path folder;

  private ScriptedPlugin(Path folder) {
    this.folder = folder;
  }

  /** Installs a plugin; all plugins of one folder share the record of calls. */
  public static ScriptedPlugin install(Path binDir, String type) throws IOException {
    Path folder = Files.createDirectories(binDir.resolve(type + ".d"));
    Path program = binDir.resolve(type);
    Files.writeString(
        program,
        """
        #!/bin/sh
        d="%s"
        echo "$CNI_COMMAND $(basename "$0")" >> "$d/../calls"
        env | grep '^CNI_' > "$d/$CNI_COMMAND.env"
        cat > "$d/$CNI_COMMAND.stdin"
        [ -f "$d/$CNI_COMMAND.sh" ] && . "$d/$CNI_COMMAND.sh"
        exit 0
        """
            .formatted(folder));
    Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
    return new ScriptedPlugin(folder).versions("0.3.1", "0.4.0", "1.0.0", "1.1.0");
  }

  /** Runs this shell text at the command, after the call has been written down. */
  public ScriptedPlugin on(String command, String shell) throws IOException {
    Files.writeString(folder.resolve(command + ".sh"), shell + "\n");
    return this;
  }

  /** Answers a command with this text on standard output. */
  public ScriptedPlugin answers(String command, String output) throws IOException {
    Files.writeString(folder.resolve(command + ".out"), output);
    return on(command, "cat \"" + folder.resolve(command + ".out") + "\"");
  }

  /** Refuses a command in the form of the specification. */
  public ScriptedPlugin refuses(String command, int code, String message) throws IOException {
    answers(
        command,
        "{\"cniVersion\":\"1.0.0\",\"code\":%d,\"msg\":\"%s\",\"details\":\"as scripted\"}"
            .formatted(code, message));
    return on(command, Files.readString(folder.resolve(command + ".sh")) + "exit 1");
  }

  /** Speaks these versions. */
  public ScriptedPlugin versions(String... versions) throws IOException {
    return answers(
        "VERSION",
        "{\"cniVersion\":\"1.1.0\",\"supportedVersions\":[\""
            + String.join("\",\"", versions)
            + "\"]}");
  }

  /** The variables of the last call of a command. */
  public Map<String, String> environment(String command) throws IOException {
    Map<String, String> environment = new TreeMap<>();
    for (String line : Files.readAllLines(folder.resolve(command + ".env"))) {
      int equals = line.indexOf('=');
      environment.put(line.substring(0, equals), line.substring(equals + 1));
    }
    return environment;
  }

  /** The input of the last call of a command. */
  public String input(String command) throws IOException {
    return Files.readString(folder.resolve(command + ".stdin"));
  }

  /** Every call of every plugin of this folder so far: command and plugin, less VERSION. */
  public static List<String> calls(Path binDir) throws IOException {
    Path calls = binDir.resolve("calls");
    return Files.exists(calls)
        ? Files.readAllLines(calls).stream().filter(call -> !call.startsWith("VERSION")).toList()
        : List.of();
  }
}
