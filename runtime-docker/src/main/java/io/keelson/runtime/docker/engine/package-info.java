/** The connection to a Docker Engine: calls, hijacked streams, and an engine of our own. */
@NullMarked
package io.keelson.runtime.docker.engine;

import org.jspecify.annotations.NullMarked;
