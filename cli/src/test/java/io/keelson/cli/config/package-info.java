/** Tests of the daemon's configuration. */
@NullMarked
package io.keelson.cli.config;

import org.jspecify.annotations.NullMarked;
