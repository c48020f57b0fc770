/** The Docker Engine backend: CRI pods and containers as containers of an engine. */
@NullMarked
package io.keelson.runtime.docker;

import org.jspecify.annotations.NullMarked;
