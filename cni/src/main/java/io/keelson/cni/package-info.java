/**
 * The Container Network Interface as a library, in the role of {@code libcni}: configurations,
 * plugins run as programs, chains of them, and the cache of what is attached.
 */
@NullMarked
package io.keelson.cni;

import org.jspecify.annotations.NullMarked;
