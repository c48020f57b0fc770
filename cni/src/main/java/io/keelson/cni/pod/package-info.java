/** Pods on a CNI network: what {@code libcni} leaves to a container runtime. */
@NullMarked
package io.keelson.cni.pod;

import org.jspecify.annotations.NullMarked;
