package dev.omniq.storage;

import dev.omniq.task.ClaimToken;
import dev.omniq.task.Notes;
import dev.omniq.task.TaskId;

/** The notes of a running task, as a whole, told by the holder of its claim. */
public record Annotation(TaskId id, ClaimToken token, Notes notes) {}
