/** Tests of what is said to be covered. */
@NullMarked
package io.keelson.conformance.coverage;

import org.jspecify.annotations.NullMarked;
