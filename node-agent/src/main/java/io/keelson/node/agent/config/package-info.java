/** From a pod's manifest to CRI messages, by the rules kubelet follows. */
@NullMarked
package io.keelson.node.agent.config;

import org.jspecify.annotations.NullMarked;
