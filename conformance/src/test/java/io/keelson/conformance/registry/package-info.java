/** Tests of the registry that the suite serves its images from. */
@NullMarked
package io.keelson.conformance.registry;

import org.jspecify.annotations.NullMarked;
