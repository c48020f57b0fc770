package io.keelson.runtime.docker.checkpoint;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.github.dockerjava.api.command.InspectContainerResponse;
import io.keelson.runtime.v1.ContainerStatus;
import io.keelson.runtime.v1.PodSandboxMetadata;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;

/**
 * A container to write down.
 *
 * @param status what a node agent is told of it
 * @param sandboxId of its pod
 * @param pod its pod's name
 * @param inspected what the engine says of it
 * @param layer the folder of its changes to the image
 * @param at the time of the checkpoint
 */
public record Checkpoint(
    ContainerStatus status,
    String sandboxId,
    PodSandboxMetadata pod,
    InspectContainerResponse inspected,
    Path layer,
    Instant at) {
  private static final String OCI_VERSION = "1.0.2";
  private static final String NEVER = "0001-01-01T00:00:00Z";
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  /** {@code config.dump}: which container this is, in the words of the tool checkpointctl. */
  ObjectNode config() {
    return JSON.objectNode()
        .put("id", status.getId())
        .put("name", status.getMetadata().getName())
        .put("rootfsImage", status.getImage().getImage())
        .put("rootfsImageRef", status.getImageRef())
        .put("rootfsImageName", status.getImage().getImage())
        .put("runtime", Objects.requireNonNullElse(inspected.getHostConfig().getRuntime(), "runc"))
        .put("createdTime", Instant.ofEpochSecond(0, status.getCreatedAt()).toString())
        .put("checkpointedTime", at.toString())
        .put("restoredTime", NEVER)
        .put("restored", false);
  }

  /** {@code spec.dump}: what the engine tells of the container, as an OCI runtime specification. */
  ObjectNode spec() {
    ObjectNode spec = JSON.objectNode().put("ociVersion", OCI_VERSION);
    var config = inspected.getConfig();
    ObjectNode process =
        spec.putObject("process")
            .put("terminal", Boolean.TRUE.equals(config.getTty()))
            .put(
                "cwd",
                config.getWorkingDir() == null || config.getWorkingDir().isEmpty()
                    ? "/"
                    : config.getWorkingDir());
    ArrayNode words = process.putArray("args").add(inspected.getPath());
    for (String word : Objects.requireNonNullElse(inspected.getArgs(), new String[0])) {
      words.add(word);
    }
    ArrayNode environment = process.putArray("env");
    for (String variable : Objects.requireNonNullElse(config.getEnv(), new String[0])) {
      environment.add(variable);
    }
    spec.putObject("root").put("path", "rootfs");
    ArrayNode mounts = spec.putArray("mounts");
    status
        .getMountsList()
        .forEach(mount ->
            mounts
                .addObject()
                .put("destination", mount.getContainerPath())
                .put("type", "bind")
                .put("source", mount.getHostPath()));
    spec.putObject("annotations")
        .put("io.kubernetes.cri.container-type", "container")
        .put("io.kubernetes.cri.container-name", status.getMetadata().getName())
        .put("io.kubernetes.cri.image-name", status.getImage().getImage())
        .put("io.kubernetes.cri.sandbox-id", sandboxId)
        .put("io.kubernetes.cri.sandbox-name", pod.getName())
        .put("io.kubernetes.cri.sandbox-namespace", pod.getNamespace())
        .put("io.kubernetes.cri.sandbox-uid", pod.getUid());
    return spec;
  }

  /** {@code status.dump}: what a node agent is told of the container, with CRI's names. */
  ObjectNode statusDump() {
    ObjectNode dump = JSON.objectNode().put("id", status.getId());
    dump.putObject("metadata")
        .put("name", status.getMetadata().getName())
        .put("attempt", status.getMetadata().getAttempt());
    dump.put("state", status.getStateValue())
        .put("created_at", status.getCreatedAt())
        .put("started_at", status.getStartedAt());
    dump.putObject("image")
        .put("image", status.getImage().getImage())
        .put("user_specified_image", status.getImage().getUserSpecifiedImage());
    dump.put("image_ref", status.getImageRef()).put("image_id", status.getImageId());
    put(dump.putObject("labels"), status.getLabelsMap());
    put(dump.putObject("annotations"), status.getAnnotationsMap());
    return dump.put("log_path", status.getLogPath());
  }

  private static void put(ObjectNode object, Map<String, String> entries) {
    entries.forEach(object::put);
  }
}
