/** What pods and containers use, read from the kernel and never asked of the Docker Engine. */
@NullMarked
package io.keelson.runtime.docker.stats;

import org.jspecify.annotations.NullMarked;
