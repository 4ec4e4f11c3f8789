package dev.omniq.task;

/** What is done with texts that come from elsewhere. */
final class Texts {
  private Texts() {}

  /** At most this many characters, with a mark where something was left out. */
  static String cut(String text, int most) {
    if (text.length() <= most) {
      return text;
    }
    int end = most - 1;
    if (Character.isHighSurrogate(text.charAt(end - 1))) {
      end--; // half a character cannot be stored
    }
    return text.substring(0, end) + "…";
  }

  /** Whether every surrogate has its partner, so that the text survives UTF-8. */
  static boolean isWellFormed(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (Character.isHighSurrogate(c)) {
        if (++i == text.length() || !Character.isLowSurrogate(text.charAt(i))) {
          return false;
        }
      } else if (Character.isLowSurrogate(c)) {
        return false;
      }
    }
    return true;
  }
}
