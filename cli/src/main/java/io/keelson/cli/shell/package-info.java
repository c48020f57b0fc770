/** The process and its surroundings: terminal, signals, log, and how a command fails. */
@NullMarked
package io.keelson.cli.shell;

import org.jspecify.annotations.NullMarked;
