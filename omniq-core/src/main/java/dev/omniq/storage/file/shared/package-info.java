/**
 * One directory, many processes: whoever holds the lock of the directory owns its journal and
 * serves the storage interface to the others over a Unix-domain socket.
 *
 * <p>Begin with {@link dev.omniq.storage.file.shared.SharedFileStore}. A call of the storage
 * interface is a value here, {@code Call}, so that it can be sent, counted, and repeated to the
 * next owner. May use {@code storage.file}, {@code storage} and {@code task}; only the composition
 * root may use it.
 */
@NullMarked
package dev.omniq.storage.file.shared;

import org.jspecify.annotations.NullMarked;
