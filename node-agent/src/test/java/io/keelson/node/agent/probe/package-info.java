/** Tests of this package. */
@NullMarked
package io.keelson.node.agent.probe;

import org.jspecify.annotations.NullMarked;
