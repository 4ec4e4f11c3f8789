package dev.omniq.storage.memory;

import dev.omniq.task.ClaimToken;
import java.util.List;

/**
 * What listeners are to be told of a change.
 *
 * @param due whether something may be due, or due earlier than before
 * @param revoked claims that were taken from their holders
 */
record WakeUp(boolean due, List<ClaimToken> revoked) {}
