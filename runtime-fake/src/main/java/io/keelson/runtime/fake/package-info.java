/** A backend in memory: no processes, no privileges, the whole life cycle. */
@NullMarked
package io.keelson.runtime.fake;

import org.jspecify.annotations.NullMarked;
