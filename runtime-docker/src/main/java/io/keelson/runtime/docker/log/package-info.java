/** Turns the Docker Engine's json-file logs into CRI logs, exactly once. */
@NullMarked
package io.keelson.runtime.docker.log;

import org.jspecify.annotations.NullMarked;
