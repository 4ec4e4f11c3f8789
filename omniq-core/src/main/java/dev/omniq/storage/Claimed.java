package dev.omniq.storage;

import dev.omniq.task.ClaimToken;
import dev.omniq.task.Task;

/**
 * A task that a worker holds.
 *
 * @param task as it stands after the claim: RUNNING, started now, the attempt counted
 * @param token the proof of the claim
 */
public record Claimed(Task task, ClaimToken token) {}
