package io.keelson.examples.unshare;

import io.keelson.examples.unshare.ImageStore.StoredImage;
import io.keelson.runtime.spi.CriException;
import io.keelson.runtime.v1.ContainerConfig;
import io.keelson.runtime.v1.LinuxContainerSecurityContext;
import io.keelson.runtime.v1.Signal;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * How the program of a container is run: what its config says, and where that is silent, its image.
 *
 * @param command the program and its words; never empty
 * @param variables its environment
 * @param folder where it begins
 * @param userId whom it runs as
 * @param groupId that user's group
 * @param stopSignal what asks it to end
 */
record ProgramSettings(
    List<String> command,
    Map<String, String> variables,
    String folder,
    long userId,
    long groupId,
    Signal stopSignal) {

  static ProgramSettings of(ContainerConfig config, StoredImage image) {
    String folder = image.settings().path("WorkingDir").asText();
    long[] user = user(config.getLinux().getSecurityContext(), image);
    return new ProgramSettings(
        command(config, image),
        variables(config, image),
        !config.getWorkingDir().isEmpty() ? config.getWorkingDir() : folder.isEmpty() ? "/" : folder,
        user[0],
        user[1],
        stopSignal(config, image));
  }

  /** As Kubernetes has it: a command in the config makes that of the image void, arguments too. */
  private static List<String> command(ContainerConfig config, StoredImage image) {
    List<String> words = new ArrayList<>();
    if (config.getCommandCount() > 0) {
      words.addAll(config.getCommandList());
      words.addAll(config.getArgsList());
    } else {
      words.addAll(image.words("Entrypoint"));
      words.addAll(config.getArgsCount() > 0 ? config.getArgsList() : image.words("Cmd"));
    }
    if (words.isEmpty()) {
      throw CriException.invalidArgument(
          "neither container '%s' nor its image names a program; set command"
              .formatted(config.getMetadata().getName()));
    }
    return words;
  }

  private static Map<String, String> variables(ContainerConfig config, StoredImage image) {
    Map<String, String> variables = new LinkedHashMap<>();
    for (String each : image.words("Env")) {
      int equals = each.indexOf('=');
      if (equals > 0) {
        variables.put(each.substring(0, equals), each.substring(equals + 1));
      }
    }
    config
        .getEnvsList()
        .forEach(
            each ->
                variables.put(
                    each.getKey(), each.getValue().toString(StandardCharsets.UTF_8)));
    return variables;
  }

  private static long[] user(LinuxContainerSecurityContext wanted, StoredImage image) {
    String[] ofImage = image.settings().path("User").asText().split(":", 2);
    long user = wanted.hasRunAsUser() ? wanted.getRunAsUser().getValue() : number(ofImage[0]);
    long group =
        wanted.hasRunAsGroup()
            ? wanted.getRunAsGroup().getValue()
            : wanted.hasRunAsUser() || ofImage.length == 1 ? 0 : number(ofImage[1]);
    return new long[] {user, group};
  }

  private static long number(String user) {
    if (user.isEmpty()) {
      return 0;
    }
    if (!user.matches("[0-9]{1,9}")) {
      throw CriException.unimplemented(
          "the image names the user '%s', and this runtime looks no names up; set run_as_user"
              .formatted(user));
    }
    return Long.parseLong(user);
  }

  private static Signal stopSignal(ContainerConfig config, StoredImage image) {
    if (config.getStopSignal() != Signal.RUNTIME_DEFAULT) {
      return config.getStopSignal();
    }
    String ofImage = image.settings().path("StopSignal").asText();
    if (ofImage.isEmpty()) {
      return Signal.SIGNAL_SIGTERM;
    }
    try {
      return Signal.valueOf("SIGNAL_" + ofImage);
    } catch (IllegalArgumentException e) {
      throw CriException.unimplemented(
          "the image is stopped by '%s', which is no name of a signal".formatted(ofImage));
    }
  }

  /** The stop signal as kill(1) knows it. */
  String stopSignalName() {
    return stopSignal.name().substring("SIGNAL_SIG".length());
  }
}
