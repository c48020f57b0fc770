/** What containers see of the host's files and of images' files. */
@NullMarked
package io.keelson.runtime.docker.mount;

import org.jspecify.annotations.NullMarked;
