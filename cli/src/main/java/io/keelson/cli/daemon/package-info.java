/** The daemon, put together from its configuration. */
@NullMarked
package io.keelson.cli.daemon;

import org.jspecify.annotations.NullMarked;
