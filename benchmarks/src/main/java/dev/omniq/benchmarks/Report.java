package dev.omniq.benchmarks;

import java.io.OutputStream;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What a run says: a line for people as soon as it is known, and all of it as JSON lines for
 * programs at the end, if they are asked for.
 */
final class Report {
  private final String store;
  private final boolean json;
  private final PrintStream out;
  private final List<String> lines = new ArrayList<>();

  Report(String store, boolean json) {
    this(store, json, System.out);
  }

  private Report(String store, boolean json, PrintStream out) {
    this.store = store;
    this.json = json;
    this.out = out;
  }

  /** For what only warms up. */
  static Report silent() {
    return new Report("", false, new PrintStream(OutputStream.nullOutputStream()));
  }

  /** A rate beside its limit, medians of interleaved rounds; the bar is the ratio to reach. */
  void rate(String workload, List<Double> ours, List<Double> limit, String bar) {
    double our = Sample.of(ours).median();
    double its = Sample.of(limit).median();
    double ratio = our / its;
    out.printf(
        Locale.ROOT,
        "%-52s %,11.0f /s   limit %,11.0f /s   ratio %5.2f   bar %s%n",
        workload,
        our,
        its,
        ratio,
        Bars.mark(ratio, bar));
    line(
        "\"workload\":\"%s\",\"perSecond\":%.1f,\"limitPerSecond\":%.1f,\"ratio\":%.3f,\"bar\":\"%s\"",
        workload, our, its, ratio, bar);
  }

  /**
   * A rate beside that of another queue, medians of interleaved rounds; the flaw is what it did
   * wrong, if anything.
   */
  void beside(
      String workload,
      String peer,
      List<Double> ours,
      List<Double> theirs,
      String bar,
      String flaw) {
    double our = Sample.of(ours).median();
    double its = Sample.of(theirs).median();
    out.printf(
        Locale.ROOT,
        "%-32s %,11.0f /s   %-15s %,11.0f /s   ratio %6.2f   bar %s%s%n",
        workload,
        our,
        peer,
        its,
        our / its,
        Bars.mark(our / its, bar),
        aside(flaw));
    line(
        "\"workload\":\"%s\",\"perSecond\":%.1f,\"peer\":\"%s\",\"peerPerSecond\":%.1f,"
            + "\"ratio\":%.3f,\"bar\":\"%s\",\"flaw\":\"%s\"",
        workload, our, peer, its, our / its, bar, flaw);
  }

  /** Times in milliseconds beside those of another queue. */
  void timesBeside(String workload, String peer, Sample ours, Sample theirs, String flaw) {
    out.printf(
        Locale.ROOT,
        "%-32s p50 %.2f ms, p99 %.2f ms   %s p50 %,.2f ms, p99 %,.2f ms%s%n",
        workload,
        ours.median(),
        ours.quantile(0.99),
        peer,
        theirs.median(),
        theirs.quantile(0.99),
        aside(flaw));
    line(
        "\"workload\":\"%s\",\"p50Ms\":%.3f,\"p99Ms\":%.3f,\"peer\":\"%s\",\"peerP50Ms\":%.3f,"
            + "\"peerP99Ms\":%.3f,\"flaw\":\"%s\"",
        workload,
        ours.median(),
        ours.quantile(0.99),
        peer,
        theirs.median(),
        theirs.quantile(0.99),
        flaw);
  }

  private static String aside(String flaw) {
    return flaw.isEmpty() ? "" : "   (it " + flaw + ")";
  }

  /** What people need to know of what follows. */
  void note(String text) {
    out.println(text);
  }

  /** Times in milliseconds beside their limit, medians of interleaved rounds. */
  void times(String workload, List<Sample> ours, List<Sample> limit, String bar) {
    if (limit.isEmpty()) {
      times(workload, Sample.together(ours), bar);
      return;
    }
    double p50 = Sample.medianOf(ours, 0.5);
    double p99 = Sample.medianOf(ours, 0.99);
    double its50 = Sample.medianOf(limit, 0.5);
    double its99 = Sample.medianOf(limit, 0.99);
    out.printf(
        Locale.ROOT,
        "%-52s p50 %.2f ms   p99 %.2f ms   limit p50 %.2f ms   p99 %.2f ms   bar %s%n",
        workload,
        p50,
        p99,
        its50,
        its99,
        bar);
    line(
        "\"workload\":\"%s\",\"p50Ms\":%.3f,\"p99Ms\":%.3f,\"limitP50Ms\":%.3f,"
            + "\"limitP99Ms\":%.3f,\"bar\":\"%s\"",
        workload, p50, p99, its50, its99, bar);
  }

  /** Times in milliseconds. */
  void times(String workload, Sample sample, String bar) {
    out.printf(
        Locale.ROOT,
        "%-52s p50 %.2f ms   p99 %.2f ms   most %.2f ms   bar %s%n",
        workload,
        sample.median(),
        sample.quantile(0.99),
        sample.quantile(1),
        bar);
    line(
        "\"workload\":\"%s\",\"p50Ms\":%.3f,\"p99Ms\":%.3f,\"mostMs\":%.3f,\"bar\":\"%s\"",
        workload, sample.median(), sample.quantile(0.99), sample.quantile(1), bar);
  }

  /** A figure that is compared with an earlier one of the same run. */
  void against(String workload, double value, double before, String unit, String bar) {
    out.printf(
        Locale.ROOT,
        "%-52s %,11.2f %s   empty %,11.2f   ratio %5.2f   bar %s%n",
        workload,
        value,
        unit,
        before,
        value / before,
        bar);
    line(
        "\"workload\":\"%s\",\"value\":%.3f,\"empty\":%.3f,\"unit\":\"%s\",\"ratio\":%.3f,\"bar\":\"%s\"",
        workload, value, before, unit, value / before, bar);
  }

  /** A figure by itself. */
  void value(String workload, double value, String unit, String bar) {
    out.printf(Locale.ROOT, "%-52s %,11.2f %s   bar %s%n", workload, value, unit, bar);
    line(
        "\"workload\":\"%s\",\"value\":%.3f,\"unit\":\"%s\",\"bar\":\"%s\"",
        workload, value, unit, bar);
  }

  @SuppressWarnings("AnnotateFormatMethod") // its callers are the few methods above
  private void line(String format, Object... values) {
    lines.add("{\"store\":\"" + store + "\"," + String.format(Locale.ROOT, format, values) + "}");
  }

  void end() {
    if (json) {
      lines.forEach(out::println);
    }
    out.println();
  }
}
