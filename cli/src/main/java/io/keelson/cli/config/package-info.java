/** The daemon's configuration and the file it is read from. */
@NullMarked
package io.keelson.cli.config;

import org.jspecify.annotations.NullMarked;
