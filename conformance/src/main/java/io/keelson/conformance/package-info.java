/**
 * The conformance suite: which tests there are, for what runtime they run, and what came of them.
 */
@NullMarked
package io.keelson.conformance;

import org.jspecify.annotations.NullMarked;
