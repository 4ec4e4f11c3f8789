/**
 * What the SQL stores share: calls of many callers become few transactions ({@link
 * dev.omniq.storage.jdbc.Lane}), each call as the SQL of a dialect ({@link
 * dev.omniq.storage.jdbc.Statements}). No SQL of a dialect is here.
 *
 * <p>For authors of stores; users meet only the stores themselves.
 */
@NullMarked
package dev.omniq.storage.jdbc;

import org.jspecify.annotations.NullMarked;
