/** Tests of the parts of {@code keelson up}. */
@NullMarked
package io.keelson.cli.up;

import org.jspecify.annotations.NullMarked;
