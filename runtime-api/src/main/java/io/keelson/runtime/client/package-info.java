/** A typed, blocking client for any CRI v1 endpoint. */
@NullMarked
package io.keelson.runtime.client;

import org.jspecify.annotations.NullMarked;
