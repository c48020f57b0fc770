package io.keelson.runtime.spi;

import io.keelson.runtime.v1.PodSandboxConfig;
import java.nio.file.Path;

/**
 * A pod to be attached to its network.
 *
 * @param podSandboxId names the attachment; unique for ever
 * @param networkNamespace path of the pod's network namespace
 * @param config the pod: its metadata, labels, annotations, port mappings and DNS
 */
public record NetworkAttachmentRequest(
    String podSandboxId, Path networkNamespace, PodSandboxConfig config) {}
