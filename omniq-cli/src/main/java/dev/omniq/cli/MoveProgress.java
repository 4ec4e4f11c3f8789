package dev.omniq.cli;

import dev.omniq.move.Progress;
import java.io.PrintWriter;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** How far a move is: a bar on a terminal, a line for each tenth elsewhere, nothing in JSON. */
final class MoveProgress implements Progress, AutoCloseable {
  private static final int WIDTH = 30;

  private final PrintWriter out;
  private final boolean silent;
  private final boolean bar;
  private @Nullable Phase phase;
  private long lastShown;
  private boolean open;

  MoveProgress(PrintWriter out, boolean silent, boolean bar) {
    this.out = out;
    this.silent = silent;
    this.bar = bar;
  }

  static MoveProgress of(OutputOptions output) {
    return new MoveProgress(output.out(), output.json(), output.style().ansi().enabled());
  }

  @Override
  public void at(Phase next, long done, long total) {
    if (silent) {
      return;
    }
    long percent = total == 0 ? 100 : done * 100 / total;
    if (next != phase) {
      close();
      phase = next;
    } else if (percent == lastShown || (!bar && percent / 10 == lastShown / 10)) {
      return;
    }
    lastShown = percent;
    String text =
        String.format(
            Locale.ROOT, "%s %3d %%  %,d of %,d%s", name(next), percent, done, total, what(next));
    if (bar) {
      open = true;
      int full = (int) (percent * WIDTH / 100);
      out.print("\r" + "█".repeat(full) + "░".repeat(WIDTH - full) + "  " + text + "\033[K");
      out.flush();
    } else {
      out.println(text);
    }
  }

  /** Ends the line of a bar. */
  @Override
  public void close() {
    if (open) {
      open = false;
      out.println();
    }
  }

  private static String name(Phase phase) {
    return switch (phase) {
      case WAITING -> "Waiting ";
      case COPYING -> "Copying ";
      case CHECKING -> "Checking";
      case REMOVING -> "Removing";
    };
  }

  private static String what(Phase phase) {
    return phase == Phase.WAITING ? " leases of running tasks are over" : " tasks";
  }
}
