/** What a runtime author implements, and what a backend may ask of the daemon. */
@NullMarked
package io.keelson.runtime.spi;

import org.jspecify.annotations.NullMarked;
