/** What the kernel counts for a control group, read from its files; versions 1 and 2 alike. */
@NullMarked
package io.keelson.linux.cgroup;

import org.jspecify.annotations.NullMarked;
