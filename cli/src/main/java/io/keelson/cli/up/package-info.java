/** {@code keelson up}: everything it takes to run pods here and now, and to leave no trace. */
@NullMarked
package io.keelson.cli.up;

import org.jspecify.annotations.NullMarked;
