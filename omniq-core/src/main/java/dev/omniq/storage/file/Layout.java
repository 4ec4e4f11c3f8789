package dev.omniq.storage.file;

import java.nio.file.Path;
import java.util.Locale;
import java.util.OptionalInt;

/** The names of the files in the directory of a store. */
record Layout(Path directory) {
  private static final String JOURNAL = "journal-";
  private static final String LINES = ".jsonl";
  private static final String INDEX = ".index";
  private static final String TEMPORARY = ".tmp";

  /** A segment of the journal. */
  Path segment(int number) {
    return directory.resolve(JOURNAL + digits(number) + LINES);
  }

  /** What a sealed segment comes to; derived from it, and made again if it is missing. */
  Path index(int number) {
    return directory.resolve(JOURNAL + digits(number) + INDEX);
  }

  /** Where an index is written before it takes its name. */
  Path nextIndex(int number) {
    return directory.resolve(JOURNAL + digits(number) + INDEX + TEMPORARY);
  }

  /** Which segments count, in which order. */
  Path manifest() {
    return directory.resolve("MANIFEST");
  }

  /** Where the next manifest is written before it takes its name. */
  Path nextManifest() {
    return directory.resolve("MANIFEST" + TEMPORARY);
  }

  /** The number of a segment by its file name; empty if the name is no segment's. */
  static OptionalInt segmentNumber(String fileName) {
    return number(fileName, LINES);
  }

  /** The number of the segment of an index by its file name. */
  static OptionalInt indexNumber(String fileName) {
    return number(fileName, INDEX);
  }

  /** Whether this is the name under which something is written that was never completed. */
  static boolean isTemporary(String fileName) {
    return fileName.endsWith(TEMPORARY);
  }

  private static OptionalInt number(String fileName, String suffix) {
    if (!fileName.startsWith(JOURNAL) || !fileName.endsWith(suffix)) {
      return OptionalInt.empty();
    }
    String digits = fileName.substring(JOURNAL.length(), fileName.length() - suffix.length());
    return digits.matches("[0-9]{6,8}")
        ? OptionalInt.of(Integer.parseInt(digits))
        : OptionalInt.empty();
  }

  private static String digits(int number) {
    return String.format(Locale.ROOT, "%06d", number);
  }
}
