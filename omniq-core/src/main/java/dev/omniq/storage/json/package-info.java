/** The values of the storage interface as JSON, for what sends or stores them. */
@NullMarked
package dev.omniq.storage.json;

import org.jspecify.annotations.NullMarked;
