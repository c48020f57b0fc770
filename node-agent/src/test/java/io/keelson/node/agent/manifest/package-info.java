/** Tests of this package. */
@NullMarked
package io.keelson.node.agent.manifest;

import org.jspecify.annotations.NullMarked;
