/** WebSocket (RFC 6455), and what Kubernetes carries over it: channels, and a SPDY tunnel. */
@NullMarked
package io.keelson.runtime.streaming.websocket;

import org.jspecify.annotations.NullMarked;
