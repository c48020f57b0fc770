/** The suite judged by runtimes whose behaviour is known. */
@NullMarked
package io.keelson.conformance;

import org.jspecify.annotations.NullMarked;
