package io.keelson.runtime.docker.image;

import com.github.dockerjava.api.command.InspectImageResponse;
import com.github.dockerjava.api.model.ContainerConfig;
import io.grpc.Status;
import io.keelson.runtime.docker.engine.DockerEngine;
import io.keelson.runtime.spi.CriException;
import java.util.Map;
import java.util.Optional;

/** The image of the container that holds a pod's namespaces; built here, never pulled. */
public final class PauseImage {

  /** The image's name in the engine. */
  public static final String NAME = "keelson/pause:1";

  private static final String PROGRAM_LABEL = "io.keelson.pause.program";

  private PauseImage() {}

  /**
   * Loads the image into the engine when it is missing, or when another program has its name.
   *
   * @return the image's id, {@code sha256:...}
   * @throws CriException {@code UNIMPLEMENTED} when the engine's host is neither x86-64 nor 64-bit
   *     ARM
   */
  public static String ensure(DockerEngine engine) throws InterruptedException {
    String architecture = engine.version().architecture();
    String fingerprint = ImageArchive.digest(program(architecture));
    Optional<InspectImageResponse> present = find(engine);
    if (present.isPresent() && fingerprint.equals(programOf(present.get()))) {
      return present.get().getId();
    }
    archive(architecture).loadInto(engine);
    return engine.call(
        "inspect image " + NAME, client -> client.inspectImageCmd(NAME).exec().getId());
  }

  /**
   * The image itself, for other places than an engine.
   *
   * @param architecture as engines write it: {@code amd64} or {@code arm64}
   * @throws CriException {@code UNIMPLEMENTED} for any other
   */
  public static ImageArchive archive(String architecture) {
    byte[] program = program(architecture);
    return ImageArchive.named(NAME, architecture)
        .file("/pause", 0755, program)
        .entrypoint("/pause")
        .label(PROGRAM_LABEL, ImageArchive.digest(program))
        .build();
  }

  private static Optional<InspectImageResponse> find(DockerEngine engine)
      throws InterruptedException {
    try {
      return Optional.of(
          engine.call("inspect image " + NAME, client -> client.inspectImageCmd(NAME).exec()));
    } catch (CriException e) {
      if (e.code() == Status.Code.NOT_FOUND) {
        return Optional.empty();
      }
      throw e;
    }
  }

  private static String programOf(InspectImageResponse image) {
    ContainerConfig config = image.getConfig();
    Map<String, String> labels = config == null ? null : config.getLabels();
    return labels == null ? "" : labels.getOrDefault(PROGRAM_LABEL, "");
  }

  private static byte[] program(String architecture) {
    return switch (architecture) {
      case "amd64", "x86_64" -> PauseProgram.x86();
      case "arm64", "aarch64" -> PauseProgram.aarch64();
      default ->
          throw CriException.unimplemented(
              "no pause program for Docker Engines on '%s'; amd64 and arm64 have one"
                  .formatted(architecture));
    };
  }
}
