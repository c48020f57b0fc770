/** Measurements beside a peer, in one run on one machine, printed as ratios. */
@NullMarked
package io.keelson.benchmarks;

import org.jspecify.annotations.NullMarked;
