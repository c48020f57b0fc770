/** Checkpoints of running containers, in the archives that CRI runtimes write. */
@NullMarked
package io.keelson.runtime.docker.checkpoint;

import org.jspecify.annotations.NullMarked;
