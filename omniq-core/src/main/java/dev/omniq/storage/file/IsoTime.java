package dev.omniq.storage.file;

import dev.omniq.task.Times;
import java.time.Instant;
import java.time.LocalDate;

/**
 * Instants as {@code 2026-11-23T10:15:30.123456Z}, which people can read and grep, written and read
 * by hand: that costs some 20 ns, where the general formatter costs a microsecond and some garbage.
 */
final class IsoTime {
  /** The length of the common form. */
  static final int LENGTH = 27;

  private static final long DAY = 86_400L;

  private IsoTime() {}

  /** Whether an instant has the common form: from the epoch to the year 9999. */
  static boolean isCommon(Instant time) {
    return time.getEpochSecond() >= 0 && !time.isAfter(Times.MAX);
  }

  /** Writes an instant of the common form, rounded up to the microsecond. */
  static void write(Instant time, byte[] to, int at) {
    long second = time.getEpochSecond();
    int micros = (time.getNano() + 999) / 1000;
    if (micros == 1_000_000) {
      second++;
      micros = 0;
    }
    long day = second / DAY;
    int ofDay = (int) (second % DAY);

    // The civil date of a day number, by the calendar's cycle of 400 years that begins in March.
    long shifted = day + 719_468;
    int era = (int) (shifted / 146_097);
    int ofEra = (int) (shifted % 146_097);
    int yearOfEra = (ofEra - ofEra / 1460 + ofEra / 36_524 - ofEra / 146_096) / 365;
    int ofYear = ofEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100);
    int fromMarch = (5 * ofYear + 2) / 153;
    int month = fromMarch < 10 ? fromMarch + 3 : fromMarch - 9;
    int year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0);

    number(year, 4, to, at);
    to[at + 4] = '-';
    number(month, 2, to, at + 5);
    to[at + 7] = '-';
    number(ofYear - (153 * fromMarch + 2) / 5 + 1, 2, to, at + 8);
    to[at + 10] = 'T';
    number(ofDay / 3600, 2, to, at + 11);
    to[at + 13] = ':';
    number(ofDay / 60 % 60, 2, to, at + 14);
    to[at + 16] = ':';
    number(ofDay % 60, 2, to, at + 17);
    to[at + 19] = '.';
    number(micros, 6, to, at + 20);
    to[at + 26] = 'Z';
  }

  /** Reads what {@link #write} or {@link Instant#toString} wrote. */
  static Instant parse(char[] text, int at, int length) {
    if (length != LENGTH || text[at + 26] != 'Z') {
      return Instant.parse(new String(text, at, length));
    }
    int year = number(text, at, 4);
    int month = number(text, at + 5, 2);
    int day = number(text, at + 8, 2);
    long second =
        LocalDate.of(year, month, day).toEpochDay() * DAY
            + number(text, at + 11, 2) * 3600L
            + number(text, at + 14, 2) * 60L
            + number(text, at + 17, 2);
    return Instant.ofEpochSecond(second, number(text, at + 20, 6) * 1000L);
  }

  private static void number(int value, int digits, byte[] to, int at) {
    int rest = value;
    for (int i = at + digits - 1; i >= at; i--) {
      to[i] = (byte) ('0' + rest % 10);
      rest /= 10;
    }
  }

  private static int number(char[] text, int at, int digits) {
    int value = 0;
    for (int i = at; i < at + digits; i++) {
      int digit = text[i] - '0';
      if (digit < 0 || digit > 9) {
        throw new IllegalArgumentException("not a time: " + new String(text, at, digits));
      }
      value = value * 10 + digit;
    }
    return value;
  }
}
