package dev.omniq.benchmarks;

import java.util.Arrays;
import java.util.List;

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

  static Sample of(List<Double> values) {
    return of(values.stream().mapToDouble(Double::doubleValue).toArray());
  }

  /** All values of several samples. */
  static Sample together(List<Sample> samples) {
    return of(samples.stream().flatMapToDouble(sample -> Arrays.stream(sample.sorted)).toArray());
  }

  /** The median of one quantile of several samples. */
  static double medianOf(List<Sample> samples, double q) {
    return of(samples.stream().map(sample -> sample.quantile(q)).toList()).median();
  }

  double quantile(double q) {
    return sorted[(int) Math.min(sorted.length - 1, Math.floor(q * sorted.length))];
  }

  double median() {
    return quantile(0.5);
  }
}
