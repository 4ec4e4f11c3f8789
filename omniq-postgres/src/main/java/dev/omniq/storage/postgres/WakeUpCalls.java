package dev.omniq.storage.postgres;

import dev.omniq.storage.WakeUpListeners;
import dev.omniq.task.ClaimToken;
import dev.omniq.task.TimeSource;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * Wakes the workers of this process at once, and those of others by {@code NOTIFY}. A notification
 * makes its transaction wait for all others that notify, so there is none in the transactions that
 * store tasks, and after each a pause. The pause is short for the first, and longer, to a few
 * milliseconds, the more often there was another in the last one. Thread-safe.
 */
final class WakeUpCalls {
  private static final Duration SHORTEST_PAUSE = Duration.ofMillis(1);
  private static final Duration LONGEST_PAUSE = Duration.ofMillis(8);

  /** A payload must be shorter than 8,000 bytes. */
  private static final int TOKENS_AT_ONCE = 40;

  private static final String DUE = "due";
  private static final String REVOKED = "revoked";

  private final WakeUpListeners listeners;
  private final TimeSource time;
  private final String self = UUID.randomUUID().toString();
  private volatile Consumer<String> sender = payload -> {};
  private boolean sending;
  private boolean again;
  private Duration pause = SHORTEST_PAUSE;

  WakeUpCalls(WakeUpListeners listeners, TimeSource time) {
    this.listeners = listeners;
    this.time = time;
  }

  /** Says how payloads are sent. */
  void sendBy(Consumer<String> newSender) {
    sender = newSender;
  }

  /** What a transaction of a user's sends when it commits; the same text is sent once. */
  static String fromUsersTransaction() {
    return DUE + " transaction";
  }

  /** Something may be due. */
  void due() {
    listeners.due();
    synchronized (this) {
      if (sending) {
        again = true;
        return;
      }
      sending = true;
      pause = SHORTEST_PAUSE;
    }
    send();
  }

  private void send() {
    sender.accept(DUE + " " + self);
    time.schedule(pause, this::paused);
  }

  private void paused() {
    synchronized (this) {
      sending = again;
      if (!again) {
        return;
      }
      again = false;
      pause = pause.compareTo(LONGEST_PAUSE) < 0 ? pause.multipliedBy(2) : pause;
    }
    send();
  }

  /** Claims were taken away. */
  void revoked(List<ClaimToken> tokens) {
    listeners.revoked(tokens);
    for (int from = 0; from < tokens.size(); from += TOKENS_AT_ONCE) {
      List<ClaimToken> some = tokens.subList(from, Math.min(tokens.size(), from + TOKENS_AT_ONCE));
      sender.accept(
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
