/** The Linux calls the JDK lacks, each group behind an interface, made by the FFM API. */
@NullMarked
package io.keelson.linux;

import org.jspecify.annotations.NullMarked;
