package io.keelson.cni;

import org.jspecify.annotations.Nullable;

/**
 * An attachment as the cache remembers it.
 *
 * @param configuration the network as it was when the attachment was made
 * @param attachment what was asked for
 * @param result what the network gave; null when the attaching was cut off, or when the result in
 *     the cache cannot be understood
 * @param owner who made it: the name its cache was opened with; empty for another library
 */
public record CachedAttachment(
    NetworkConfiguration configuration,
    Attachment attachment,
    @Nullable NetworkResult result,
    String owner) {}
