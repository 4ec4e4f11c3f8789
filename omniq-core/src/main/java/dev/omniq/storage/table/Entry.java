package dev.omniq.storage.table;

import dev.omniq.task.ClaimToken;
import dev.omniq.task.Task;
import dev.omniq.task.TaskId;
import dev.omniq.task.TaskState;
import dev.omniq.task.TaskStatus;
import dev.omniq.task.Times;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What a {@link TaskTable} knows of a live task. A store extends it by what it needs to find the
 * rest of the task.
 *
 * <p>What the table indexes by never changes: a task that changes gets a new entry, which {@link
 * TaskTable#replace} puts in the place of the old one; that is what makes a rollback exact. Only
 * the table changes the rest (the place in a lane, the lease).
 *
 * <p>A million of these are kept, so fields are few: 72 bytes on a usual JVM, with room for one
 * reference of a subclass in the next 8.
 */
public class Entry {
  static final int NOWHERE = -1;

  private final long high;
  private final long low;
  private final long sequence;
  private final long dueAt;
  private final @Nullable String uniqueKey;
  private final @Nullable TaskId series;
  private final int revision;
  private final byte priority;
  private final boolean suspect;
  private final boolean detached;

  Kind kind;
  @Nullable Claim claim;
  int position = NOWHERE;

  /**
   * The part of a task that stays for its life.
   *
   * @param id its id
   * @param sequence its place in the order of insertion: {@link TaskTable#nextSequence()} when it
   *     was inserted
   * @param kind its queue and name, from {@link TaskTable#kind}
   * @param priority 0 to 9
   * @param uniqueKey the key that it holds in its queue while it is live
   * @param series the id of its series, if it is a run of one
   */
  public record Fixed(
      TaskId id,
      long sequence,
      Kind kind,
      int priority,
      Optional<String> uniqueKey,
      Optional<TaskId> series) {

    /** The fixed part of a task. */
    public static Fixed of(Task task, long sequence, Kind kind) {
      return new Fixed(
          task.id(),
          sequence,
          kind,
          task.priority(),
          task.uniqueKey(),
          task.recurring() ? Optional.of(task.seriesId()) : Optional.empty());
    }
  }

  /**
   * The part of a task that changes and that the table must know.
   *
   * @param revision {@link TaskState#revision}
   * @param dueAt {@link TaskState#dueAt} in microseconds since the epoch
   * @param suspect whether it was lost before
   * @param detached {@link TaskState#detached}
   */
  public record Standing(int revision, long dueAt, boolean suspect, boolean detached) {

    /** The standing of a task with this state. */
    public static Standing of(TaskState state) {
      return new Standing(
          state.revision(), Times.toMicros(state.dueAt()), state.losses() > 0, state.detached());
    }
  }

  /** The entry of a task: RUNNING if there is a claim, else PENDING. */
  protected Entry(Fixed fixed, Standing standing, @Nullable Claim claim) {
    high = fixed.id().value().getMostSignificantBits();
    low = fixed.id().value().getLeastSignificantBits();
    sequence = fixed.sequence();
    kind = fixed.kind();
    priority = (byte) fixed.priority();
    uniqueKey = fixed.uniqueKey().orElse(null);
    series = fixed.series().orElse(null);
    revision = standing.revision();
    dueAt = standing.dueAt();
    suspect = standing.suspect();
    detached = standing.detached();
    this.claim = claim;
  }

  /** The same task as another entry, with another standing. */
  protected Entry(Entry same, Standing standing, @Nullable Claim claim) {
    high = same.high;
    low = same.low;
    sequence = same.sequence;
    kind = same.kind;
    priority = same.priority;
    uniqueKey = same.uniqueKey;
    series = same.series;
    revision = standing.revision();
    dueAt = standing.dueAt();
    suspect = standing.suspect();
    detached = standing.detached();
    this.claim = claim;
  }

  /** The task. */
  public final TaskId id() {
    return new TaskId(new UUID(high, low));
  }

  /** Its place in the order of insertion. */
  public final long sequence() {
    return sequence;
  }

  /** Its queue and name. */
  public final Kind kind() {
    return kind;
  }

  /** Its queue. */
  public final String queue() {
    return kind.queue();
  }

  /** Its name. */
  public final String name() {
    return kind.name();
  }

  /** A head start of that many minutes. */
  public final int priority() {
    return priority;
  }

  /** Not claimed before this time, in microseconds since the epoch. */
  public final long dueAt() {
    return dueAt;
  }

  /** Counts the changes of its state. */
  public final int revision() {
    return revision;
  }

  /** Whether it was lost before. */
  public final boolean suspect() {
    return suspect;
  }

  /** Whether it is a finished run of a series that runs once more beside it. */
  public final boolean detached() {
    return detached;
  }

  /** The key that it holds in its queue. */
  public final Optional<String> uniqueKey() {
    return Optional.ofNullable(uniqueKey);
  }

  /** The series that it is a run of. */
  public final Optional<TaskId> series() {
    return Optional.ofNullable(series);
  }

  /** Whether it is the live run of its series: what a series has at most one of. */
  public final boolean carriesSeries() {
    return series != null && !detached;
  }

  /** PENDING or RUNNING. */
  public final TaskStatus status() {
    return claim == null ? TaskStatus.PENDING : TaskStatus.RUNNING;
  }

  /** The claim under which it is RUNNING. */
  public final Optional<Claim> claim() {
    return Optional.ofNullable(claim);
  }

  /** Whether it is RUNNING under exactly this claim. */
  public final boolean isHeldBy(ClaimToken token) {
    return claim != null && claim.token().equals(token);
  }

  final boolean isPending() {
    return claim == null;
  }

  final boolean hasId(long idHigh, long idLow) {
    return high == idHigh && low == idLow;
  }

  /** Compares ids as unsigned numbers of 128 bits, the order of {@link TaskId}. */
  final int compareId(long otherHigh, long otherLow) {
    return high != otherHigh
        ? Long.compareUnsigned(high, otherHigh)
        : Long.compareUnsigned(low, otherLow);
  }

  final long high() {
    return high;
  }

  final long low() {
    return low;
  }

  @Override
  public String toString() {
    return "%s %s %s".formatted(id(), kind, status());
  }
}
