package dev.omniq.benchmarks;

import java.util.Arrays;
import java.util.Locale;

/** Some measured values, and what is said of them. */
final class Sample {
  private final double[] sorted;

  private Sample(double[] sorted) {
    this.sorted = sorted;
  }

  static Sample of(double... values) {
    double[] copy = values.clone();
    Arrays.sort(copy);
    return new Sample(copy);
  }

  double quantile(double q) {
    return sorted[(int) Math.min(sorted.length - 1, Math.floor(q * sorted.length))];
  }

  double median() {
    return quantile(0.5);
  }

  String milliseconds() {
    return String.format(
        Locale.ROOT,
        "p50 %.2f ms, p99 %.2f ms, least %.2f, most %.2f",
        median(),
        quantile(0.99),
        sorted[0],
        sorted[sorted.length - 1]);
  }
}
