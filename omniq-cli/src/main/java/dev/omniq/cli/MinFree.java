package dev.omniq.cli;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How much of a disk should be free.
 *
 * @param share of the disk, from 0 to 1
 * @param bytes whatever the size of the disk
 */
record MinFree(double share, double bytes) {
  private static final Pattern FORM = Pattern.compile("(\\d+(?:\\.\\d+)?)([%KMGT])");
  private static final String UNITS = "KMGT";

  /**
   * Reads {@code 5%} or {@code 1G}.
   *
   * @throws IllegalArgumentException if it is neither
   */
  static MinFree parse(String text) {
    Matcher form = FORM.matcher(text.toUpperCase(Locale.ROOT));
    if (!form.matches()) {
      throw new IllegalArgumentException(
          "'" + text + "' is neither a share of the disk such as 5% nor a size such as 500M or 1G");
    }
    double number = Double.parseDouble(form.group(1));
    if (form.group(2).equals("%")) {
      return new MinFree(number / 100, 0);
    }
    return new MinFree(0, number * Math.pow(1024, UNITS.indexOf(form.group(2)) + 1));
  }

  boolean isMet(long free, long total) {
    return free >= Math.max(share * total, bytes);
  }

  /** Such as {@code 1.5 GiB}. */
  static String text(long bytes) {
    int unit = 0;
    double value = bytes / 1024.0;
    while (value >= 1024 && unit < UNITS.length() - 1) {
      value /= 1024;
      unit++;
    }
    return String.format(Locale.ROOT, "%.1f %siB", value, UNITS.charAt(unit));
  }
}
