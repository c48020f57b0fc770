/** As much HTTP/1.1 as it takes to upgrade a connection to another protocol. */
@NullMarked
package io.keelson.runtime.streaming.http;

import org.jspecify.annotations.NullMarked;
