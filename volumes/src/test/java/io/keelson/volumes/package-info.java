/** Tests of this package. */
@NullMarked
package io.keelson.volumes;

import org.jspecify.annotations.NullMarked;
