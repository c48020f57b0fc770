/** Tests of the generated CRI v1 protocol. */
@NullMarked
package io.keelson.runtime.v1;

import org.jspecify.annotations.NullMarked;
