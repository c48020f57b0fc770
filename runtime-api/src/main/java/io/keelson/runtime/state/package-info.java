/** Durable protobuf records, one file an object. */
@NullMarked
package io.keelson.runtime.state;

import org.jspecify.annotations.NullMarked;
