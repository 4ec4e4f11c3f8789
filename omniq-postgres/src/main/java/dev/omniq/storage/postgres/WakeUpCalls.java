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
 * again while few do.
 *
 * <p>A notification makes its transaction wait for all others that notify. So the transaction of a
 * lone task calls itself only if the last pause is over and no other process does the same at the
 * moment; otherwise the call is sent apart, without a sync. Thread-safe.
 */
final class WakeUpCalls {
  private static final Duration SHORTEST_PAUSE = Duration.ofMillis(1);
  private static final Duration LONGEST_PAUSE = Duration.ofMillis(8);

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
  private boolean sending;

  /** How many tasks came in this pause; when it ends, there is one call for all. */
  private int missed;

  private long crowdedUntil;
  private Duration pause = SHORTEST_PAUSE;

  WakeUpCalls(WakeUpListeners listeners, TimeSource time) {
    this.listeners = listeners;
    this.time = time;
    crowdedUntil = time.nanoTime();
  }

  /** Says how payloads are sent; before that, nothing is. */
  void sendBy(Consumer<String> newSender) {
    sender = newSender;
  }

  /** What a transaction of a user's sends when it commits; the same text is sent once. */
  static String fromUsersTransaction() {
    return DUE + " transaction";
  }

  /** So many tasks were stored that may be due. */
  void due(int tasks) {
    listeners.due();
    synchronized (this) {
      if (sending) {
        missed += tasks;
        return;
      }
      sending = true;
      pause = SHORTEST_PAUSE;
    }
    send();
  }

  /**
   * Takes the turn for a transaction that calls itself: what it sends. Empty in a pause and where
   * others do so. {@link #endTurn} must follow, and {@link #dueHere} if something was stored.
   */
  synchronized Optional<String> takeTurn() {
    if (sending || sender == null || crowdedUntil - time.nanoTime() > 0) {
      return Optional.empty();
    }
    Optional<String> turn = Optional.of(due);
    pause = SHORTEST_PAUSE;
    sending = true;
    return turn;
  }

  /**
   * The transaction has ended that took the turn.
   *
   * @param stored whether it has stored something
   * @param called whether it has called
   */
  void endTurn(boolean stored, boolean called) {
    if (!stored) {
      paused();
    } else if (called) {
      pause();
    } else {
      synchronized (this) {
        crowdedUntil = time.nanoTime() + CROWDED.toNanos();
      }
      send();
    }
  }

  /** Something may be due, and others know it. */
  void dueHere() {
    listeners.due();
  }

  private void send() {
    send(due);
    pause();
  }

  private void send(String payload) {
    Consumer<String> known = sender;
    if (known != null) {
      known.accept(payload);
    }
  }

  private void pause() {
    time.schedule(pause, this::paused);
  }

  private void paused() {
    synchronized (this) {
      sending = missed > 0;
      if (!sending) {
        return;
      }
      pause = nextPause();
      missed = 0;
    }
    send();
  }

  private Duration nextPause() {
    if (MANY.multipliedBy(missed).compareTo(pause) > 0) {
      return pause.compareTo(LONGEST_PAUSE) < 0 ? pause.multipliedBy(2) : pause;
    }
    return pause.compareTo(SHORTEST_PAUSE) > 0 ? pause.dividedBy(2) : pause;
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
