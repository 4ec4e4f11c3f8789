package dev.omniq.move;

/**
 * What a move, or its undoing, came to.
 *
 * @param tasks how many tasks the source holds
 * @param copied how many were stored in the target by this run; of a move that was complete
 *     already, 0
 * @param removed how many copies were removed from the target by this run, when it undid the move
 */
public record Outcome(long tasks, long copied, long removed) {}
