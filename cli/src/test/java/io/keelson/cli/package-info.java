/** Tests of the command line, as users and scripts meet it. */
@NullMarked
package io.keelson.cli;

import org.jspecify.annotations.NullMarked;
