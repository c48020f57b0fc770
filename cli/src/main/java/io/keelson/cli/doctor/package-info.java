/** What a machine has and lacks to run Keelson. */
@NullMarked
package io.keelson.cli.doctor;

import org.jspecify.annotations.NullMarked;
