/** Tests of reports. */
@NullMarked
package io.keelson.conformance.report;

import org.jspecify.annotations.NullMarked;
