/** Asking containers whether they have started, are ready, and are still alive. */
@NullMarked
package io.keelson.node.agent.probe;

import org.jspecify.annotations.NullMarked;
