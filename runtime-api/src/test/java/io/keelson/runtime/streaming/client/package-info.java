/** Tests of the client's side of streaming. */
@NullMarked
package io.keelson.runtime.streaming.client;

import org.jspecify.annotations.NullMarked;
