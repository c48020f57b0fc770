/** SPDY/3.1 as Kubernetes' clients speak it: frames, compressed header blocks, streams. */
@NullMarked
package io.keelson.runtime.streaming.spdy;

import org.jspecify.annotations.NullMarked;
