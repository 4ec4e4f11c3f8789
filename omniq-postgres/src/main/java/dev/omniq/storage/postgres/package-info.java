/** A store in a PostgreSQL database, for workers on many machines. */
@NullMarked
package dev.omniq.storage.postgres;

import org.jspecify.annotations.NullMarked;
