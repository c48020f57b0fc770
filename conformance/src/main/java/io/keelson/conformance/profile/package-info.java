/** The tests themselves, by profile. */
@NullMarked
package io.keelson.conformance.profile;

import org.jspecify.annotations.NullMarked;
