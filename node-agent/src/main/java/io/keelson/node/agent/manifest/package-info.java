/** Pods as their owner wrote them: manifests from files, read, checked and watched. */
@NullMarked
package io.keelson.node.agent.manifest;

import org.jspecify.annotations.NullMarked;
