/** Faults that can be planted into the fake, so that conformance tests have something to catch. */
@NullMarked
package io.keelson.runtime.fake.fault;

import org.jspecify.annotations.NullMarked;
