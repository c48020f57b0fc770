/** Devices by the Container Device Interface, whose specs say what a container needs for them. */
@NullMarked
package io.keelson.runtime.docker.cdi;

import org.jspecify.annotations.NullMarked;
