/** The images that tests run, made in memory. */
@NullMarked
package io.keelson.conformance.image;

import org.jspecify.annotations.NullMarked;
