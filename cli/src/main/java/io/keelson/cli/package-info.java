/** The command line: assembles backends, network, server and agent into one executable. */
@NullMarked
package io.keelson.cli;

import org.jspecify.annotations.NullMarked;
