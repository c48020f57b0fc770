/** Tests of this package. */
@NullMarked
package io.keelson.node.agent;

import org.jspecify.annotations.NullMarked;
