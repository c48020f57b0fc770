/** Images in a Docker Engine: pulling, listing, removing, and building archives it can load. */
@NullMarked
package io.keelson.runtime.docker.image;

import org.jspecify.annotations.NullMarked;
