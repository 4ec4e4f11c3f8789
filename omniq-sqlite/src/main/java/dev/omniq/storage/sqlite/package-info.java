/** A store in one SQLite file, for the processes of one machine. */
@NullMarked
package dev.omniq.storage.sqlite;

import org.jspecify.annotations.NullMarked;
