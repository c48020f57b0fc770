/** An image registry in this process that the runtime under test pulls from. */
@NullMarked
package io.keelson.conformance.registry;

import org.jspecify.annotations.NullMarked;
