/** Which parts of CRI v1 the suite's tests assert, taken from the protocol's own descriptor. */
@NullMarked
package io.keelson.conformance.coverage;

import org.jspecify.annotations.NullMarked;
