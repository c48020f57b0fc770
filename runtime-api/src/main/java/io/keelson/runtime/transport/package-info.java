/** Endpoints a CRI server listens on and a client connects to. */
@NullMarked
package io.keelson.runtime.transport;

import org.jspecify.annotations.NullMarked;
