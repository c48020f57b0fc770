/**
 * The CRI gRPC services: validation, routing to backends, per-pod ordering, events and streaming
 * lists.
 */
@NullMarked
package io.keelson.runtime.server;

import org.jspecify.annotations.NullMarked;
