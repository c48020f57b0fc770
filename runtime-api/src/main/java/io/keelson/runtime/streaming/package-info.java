/** The streaming server: exec, attach and port-forward over SPDY/3.1 and WebSocket. */
@NullMarked
package io.keelson.runtime.streaming;

import org.jspecify.annotations.NullMarked;
