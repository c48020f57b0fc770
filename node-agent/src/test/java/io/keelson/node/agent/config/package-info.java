/** Tests of this package. */
@NullMarked
package io.keelson.node.agent.config;

import org.jspecify.annotations.NullMarked;
