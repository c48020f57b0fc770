/** Tests of the catalogue of faults. */
@NullMarked
package io.keelson.runtime.fake.fault;

import org.jspecify.annotations.NullMarked;
