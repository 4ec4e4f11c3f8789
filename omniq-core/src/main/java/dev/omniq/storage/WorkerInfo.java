package dev.omniq.storage;

import java.time.Instant;

/**
 * A worker that was seen lately.
 *
 * @param worker its incarnation
 * @param lastSeen its last claim or extension, by the store's clock
 * @param running how many claims it holds
 */
public record WorkerInfo(String worker, Instant lastSeen, int running) {}
