/** What a run found, for people and for machines. */
@NullMarked
package io.keelson.conformance.report;

import org.jspecify.annotations.NullMarked;
