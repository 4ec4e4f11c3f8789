package dev.omniq.task;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What a handler tells of an execution while it goes on: how far it is, and lines of a log.
 * Bounded; written without a sync, so the last moments before a power cut may be missing.
 *
 * @param progress how far it is
 * @param log the last lines, the oldest first
 */
public record Notes(Optional<Progress> progress, List<LogLine> log) {

  /** Nothing told yet. */
  public static final Notes NONE = new Notes(Optional.empty(), List.of());

  /** The most lines that are kept. */
  public static final int MAX_LINES = 100;

  /** The longest text of a line or of a progress message, in characters; longer ones are cut. */
  public static final int MAX_LINE = 1_000;

  /** Keeps the last lines. */
  public Notes {
    log =
        List.copyOf(log.size() > MAX_LINES ? log.subList(log.size() - MAX_LINES, log.size()) : log);
  }

  /** These notes with a later progress. */
  public Notes with(Progress later) {
    return new Notes(Optional.of(later), log);
  }

  /** These notes with one more line. */
  public Notes with(LogLine line) {
    var lines = new ArrayList<>(log);
    lines.add(line);
    return new Notes(progress, lines);
  }

  /**
   * How far an execution is.
   *
   * @param fraction from 0 to 1
   * @param message for people
   */
  public record Progress(double fraction, String message) {
    /** Checks the fraction and cuts the message. */
    public Progress {
      if (!(fraction >= 0 && fraction <= 1)) {
        throw new IllegalArgumentException(
            "progress must be a fraction between 0 and 1, but is " + fraction);
      }
      message = cut(message);
    }
  }

  /** A line of the task's own log. */
  public record LogLine(Instant at, String text) {
    /** Rounds the time to the grid of stored times and cuts the text. */
    public LogLine {
      at = Times.roundUp(at);
      text = cut(text);
    }
  }

  private static String cut(String text) {
    return Texts.cut(text, MAX_LINE);
  }
}
