/** The node agent: runs pods from manifests through any CRI endpoint, as a kubelet does. */
@NullMarked
package io.keelson.node.agent;

import org.jspecify.annotations.NullMarked;
