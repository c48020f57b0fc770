/** Container logs in CRI format: writing, reading and following. */
@NullMarked
package io.keelson.runtime.log;

import org.jspecify.annotations.NullMarked;
