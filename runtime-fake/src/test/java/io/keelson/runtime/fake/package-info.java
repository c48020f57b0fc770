/** What the CRI server and the fake backend do together, seen through a real socket. */
@NullMarked
package io.keelson.runtime.fake;

import org.jspecify.annotations.NullMarked;
