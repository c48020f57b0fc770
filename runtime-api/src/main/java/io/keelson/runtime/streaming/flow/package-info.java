/** Bounded buffers and shared writers that framed connections are built of. */
@NullMarked
package io.keelson.runtime.streaming.flow;

import org.jspecify.annotations.NullMarked;
