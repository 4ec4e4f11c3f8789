package dev.omniq.cli;

import java.io.PrintWriter;
import java.util.Locale;

/** How far long work is: a bar on a terminal, a line for each tenth elsewhere, nothing in JSON. */
final class ProgressBar implements AutoCloseable {
  private static final int WIDTH = 30;

  private final PrintWriter out;
  private final boolean silent;
  private final boolean bar;
  private String phase = "";
  private long lastShown;
  private boolean open;

  ProgressBar(PrintWriter out, boolean silent, boolean bar) {
    this.out = out;
    this.silent = silent;
    this.bar = bar;
  }

  static ProgressBar of(OutputOptions output) {
    return new ProgressBar(output.out(), output.json(), output.style().ansi().enabled());
  }

  /**
   * The work has come so far.
   *
   * @param next what is being done; another one than before begins a line
   * @param what what is counted
   */
  void at(String next, long done, long total, String what) {
    if (silent) {
      return;
    }
    long percent = total == 0 ? 100 : done * 100 / total;
    if (!next.equals(phase)) {
      close();
      phase = next;
    } else if (percent == lastShown || (!bar && percent / 10 == lastShown / 10)) {
      return;
    }
    lastShown = percent;
    String text =
        String.format(Locale.ROOT, "%s %3d %%  %,d of %,d %s", next, percent, done, total, what);
    if (bar) {
      open = true;
      int full = (int) (percent * WIDTH / 100);
      out.print("\r" + "█".repeat(full) + "░".repeat(WIDTH - full) + "  " + text + "\033[K");
      out.flush();
    } else {
      out.println(text);
    }
  }

  /** Makes room for a line of other text; the bar is drawn again with the next step. */
  void clear() {
    if (open) {
      open = false;
      lastShown = -1;
      out.print("\r\033[K");
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
}
