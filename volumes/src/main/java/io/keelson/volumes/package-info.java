/** Volumes of pods: plugins that make what a pod asks for appear at a path of the host. */
@NullMarked
package io.keelson.volumes;

import org.jspecify.annotations.NullMarked;
