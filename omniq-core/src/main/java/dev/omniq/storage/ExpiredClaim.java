package dev.omniq.storage;

import dev.omniq.task.ClaimToken;
import dev.omniq.task.Task;

/**
 * A claim whose lease has run out.
 *
 * @param task as it stands: RUNNING
 * @param token the claim
 * @param extensions how often its lease was extended; a rescue expects this number unchanged
 */
public record ExpiredClaim(Task task, ClaimToken token, long extensions) {}
