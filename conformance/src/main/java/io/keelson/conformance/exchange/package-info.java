/** The requests a test made and the replies it got. */
@NullMarked
package io.keelson.conformance.exchange;

import org.jspecify.annotations.NullMarked;
