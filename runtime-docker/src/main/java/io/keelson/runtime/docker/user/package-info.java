/** Which user, group and supplementary groups the processes of a container have. */
@NullMarked
package io.keelson.runtime.docker.user;

import org.jspecify.annotations.NullMarked;
