/** Callers of a streaming server, for tools and tests: commands, terminals and ports. */
@NullMarked
package io.keelson.runtime.streaming.client;

import org.jspecify.annotations.NullMarked;
