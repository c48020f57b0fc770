/** A runtime made of the tools every Linux has: unshare, nsenter, mount and tar. */
@NullMarked
package io.keelson.examples.unshare;

import org.jspecify.annotations.NullMarked;
