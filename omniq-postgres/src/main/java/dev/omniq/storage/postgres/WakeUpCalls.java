package dev.omniq.storage.postgres;

import dev.omniq.storage.WakeUpListeners;
import dev.omniq.task.ClaimToken;
import dev.omniq.task.TimeSource;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Wakes the workers of this process at once, and those of others by {@code NOTIFY}. After each call
 * is a pause, which gets longer, to a few milliseconds, while many tasks come in it, and shorter
 * again while few do. Others are told of those with the next lone task, or a moment later.
 *
 * <p>A notification makes its transaction wait for all others that notify. So the transaction of a
 * lone task calls itself only if the last pause is over and no other process does the same at the
 * moment; otherwise the call is sent apart, without a sync. Thread-safe.
 */
final class WakeUpCalls {
  private static final Duration SHORTEST_PAUSE = Duration.ofMillis(1);
  private static final Duration LONGEST_PAUSE = Duration.ofMillis(8);

  /**
   * So long after a pause the next lone task may come, and its transaction call for all that came
   * in it: to send that apart costs another transaction, for which callers wait.
   */
  private static final Duration GRACE = Duration.ofMillis(1);

  /** Tasks that come closer together than this are many. */
  private static final Duration MANY = Duration.ofMillis(2);

  /** So long no transaction calls itself after one that found another process doing so. */
  private static final Duration CROWDED = Duration.ofSeconds(1);

  /** A payload must be shorter than 8,000 bytes. */
  private static final int TOKENS_AT_ONCE = 40;

  private static final String DUE = "due";
  private static final String REVOKED = "revoked";

  private final WakeUpListeners listeners;
  private final TimeSource time;
  private final String self = UUID.randomUUID().toString();
  private final String due = DUE + " " + self;
  private volatile @Nullable Consumer<String> sender;

  /** How many tasks were stored of which others do not know. */
  private int untold;

  /** How many of them the transaction tells of that has the turn. */
  private int telling;

  private boolean hasTurn;
  private boolean reminded;
  private Duration pause = SHORTEST_PAUSE;
  private long pauseUntil;
  private long crowdedUntil;

  WakeUpCalls(WakeUpListeners listeners, TimeSource time) {
    this.listeners = listeners;
    this.time = time;
    pauseUntil = time.nanoTime();
    crowdedUntil = pauseUntil;
  }

  /** Says how payloads are sent; before that, nothing is. */
  void sendBy(Consumer<String> newSender) {
    sender = newSender;
  }

  /** What a transaction of a user's sends when it commits; the same text is sent once. */
  static String fromUsersTransaction() {
    return DUE + " transaction";
  }

  /**
   * So many tasks were stored that may be due.
   *
   * @param alone whether it came alone: then it may wait for the next one's transaction, unless
   *     other processes call so
   */
  void due(int tasks, boolean alone) {
    listeners.due();
    if (sender == null) {
      return;
    }
    synchronized (this) {
      boolean mayWait = alone && !isAhead(crowdedUntil);
      if (mayWait || hasTurn || isAhead(pauseUntil)) {
        untold += tasks;
        remind();
        return;
      }
      beginPause(takeUntold());
    }
    send(due);
  }

  /**
   * Takes the turn for a transaction that calls itself, for those too of which others do not know:
   * what it sends. Empty in a pause and where others do so. {@link #endTurn} must follow, and
   * {@link #dueHere} if something was stored.
   */
  synchronized Optional<String> takeTurn() {
    if (hasTurn || sender == null || isAhead(pauseUntil) || isAhead(crowdedUntil)) {
      return Optional.empty();
    }
    hasTurn = true;
    telling = takeUntold();
    return Optional.of(due);
  }

  /**
   * The transaction has ended that took the turn. If it has not called, what it would have told is
   * sent apart.
   *
   * @param stored whether it has stored something
   * @param called whether it has called
   */
  void endTurn(boolean stored, boolean called) {
    boolean apart;
    synchronized (this) {
      hasTurn = false;
      apart = stored ? !called : telling > 0;
      if (stored && !called) {
        crowdedUntil = time.nanoTime() + CROWDED.toNanos();
      }
      if (stored || apart) {
        beginPause(telling);
      }
      remind();
    }
    if (apart) {
      send(due);
    }
  }

  /** Something may be due, and others know it. */
  void dueHere() {
    listeners.due();
  }

  private boolean isAhead(long nanos) {
    return nanos - time.nanoTime() > 0;
  }

  private int takeUntold() {
    int all = untold;
    untold = 0;
    return all;
  }

  /** The call has been made, or is about to be, for so many that came in the last pause. */
  private void beginPause(int tasks) {
    if (tasks == 0) {
      pause = SHORTEST_PAUSE;
    } else if (MANY.multipliedBy(tasks).compareTo(pause) > 0) {
      pause = pause.compareTo(LONGEST_PAUSE) < 0 ? pause.multipliedBy(2) : pause;
    } else {
      pause = pause.compareTo(SHORTEST_PAUSE) > 0 ? pause.dividedBy(2) : pause;
    }
    pauseUntil = time.nanoTime() + pause.toNanos();
  }

  /** Tells others after the pause and the grace, unless a transaction has done so by then. */
  private void remind() {
    if (untold > 0 && !hasTurn && !reminded) {
      reminded = true;
      Duration left = Duration.ofNanos(Math.max(0, pauseUntil - time.nanoTime()));
      time.schedule(isAhead(crowdedUntil) ? left : left.plus(GRACE), this::tellApart);
    }
  }

  private void tellApart() {
    synchronized (this) {
      reminded = false;
      if (isAhead(pauseUntil)) {
        remind(); // they were told of some, and others came
        return;
      }
      if (untold == 0 || hasTurn) {
        return;
      }
      beginPause(takeUntold());
    }
    send(due);
  }

  /** Tells others at once of what they do not know. */
  void end() {
    synchronized (this) {
      if (takeUntold() == 0) {
        return;
      }
    }
    send(due);
  }

  private void send(String payload) {
    Consumer<String> known = sender;
    if (known != null) {
      known.accept(payload);
    }
  }

  /** Claims were taken away. */
  void revoked(List<ClaimToken> tokens) {
    listeners.revoked(tokens);
    for (int from = 0; from < tokens.size(); from += TOKENS_AT_ONCE) {
      List<ClaimToken> some = tokens.subList(from, Math.min(tokens.size(), from + TOKENS_AT_ONCE));
      send(
          REVOKED
              + " "
              + self
              + " "
              + some.stream().map(ClaimToken::toString).collect(Collectors.joining(" ")));
    }
  }

  /** A payload came from the database: others' are passed on. */
  void received(String payload) {
    List<String> words = Arrays.asList(payload.split(" ", -1));
    if (words.size() < 2 || words.get(1).equals(self)) {
      return;
    }
    if (words.get(0).equals(DUE)) {
      listeners.due();
    } else if (words.get(0).equals(REVOKED)) {
      List<ClaimToken> tokens = new ArrayList<>();
      for (String word : words.subList(2, words.size())) {
        int slash = word.lastIndexOf('/');
        if (slash > 0) {
          tokens.add(
              new ClaimToken(word.substring(0, slash), Long.parseLong(word.substring(slash + 1))));
        }
      }
      listeners.revoked(tokens);
    }
  }

  /** Notifications may have been missed. */
  void missed() {
    listeners.due();
  }
}
