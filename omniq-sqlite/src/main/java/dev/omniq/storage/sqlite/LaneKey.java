package dev.omniq.storage.sqlite;

/**
 * A lane of the claim index: tasks among which the order is that of their due times.
 *
 * @param suspect whether they were lost with a worker before
 */
record LaneKey(String queue, String name, int priority, boolean suspect) {}
