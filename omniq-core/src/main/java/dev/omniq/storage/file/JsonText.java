package dev.omniq.storage.file;

/**
 * Whether a text can stand in a line of the journal as it is: one JSON value (RFC 8259) on one
 * line. What a caller hands in as arguments or result is nearly always that; the few texts that are
 * not (pretty-printed, or not JSON at all) are kept as a string, because a line that cannot be read
 * back would be damage.
 */
final class JsonText {
  /** Deeper texts are kept as a string; readers of the journal have limits, too. */
  private static final int MAX_DEPTH = 63;

  private static final char END = 0;

  private final String text;
  private int at;

  private JsonText(String text) {
    this.text = text;
  }

  static boolean isOneLine(String text) {
    if (text.equals("[]") || text.equals("null")) {
      return true;
    }
    var scan = new JsonText(text);
    return scan.peek() != ' ' && scan.value() && scan.at == text.length();
  }

  /** A value, by a loop that remembers in a bit for each level whether it is an object. */
  private boolean value() {
    long objects = 0;
    int depth = 0;
    while (true) {
      char c = spaces();
      boolean open = c == '{' || c == '[';
      if (open) {
        at++;
        if (++depth > MAX_DEPTH) {
          return false;
        }
        objects = objects << 1 | (c == '{' ? 1 : 0);
        if (spaces() != (c == '{' ? '}' : ']')) {
          if (c == '{' && !name()) {
            return false;
          }
          continue;
        }
      } else if (!scalar(c)) {
        return false;
      }
      // After a value: close what ends here, then go on behind a comma.
      while (true) {
        if (depth == 0) {
          return true;
        }
        boolean object = (objects & 1) == 1;
        char next = spaces();
        if (next == (object ? '}' : ']')) {
          at++;
          depth--;
          objects >>>= 1;
        } else if (next == ',') {
          at++;
          if (object && !name()) {
            return false;
          }
          break;
        } else {
          return false;
        }
      }
    }
  }

  private boolean name() {
    if (spaces() != '"' || !string() || spaces() != ':') {
      return false;
    }
    at++;
    return true;
  }

  private boolean scalar(char c) {
    return switch (c) {
      case '"' -> string();
      case 't' -> word("true");
      case 'f' -> word("false");
      case 'n' -> word("null");
      default -> numeral();
    };
  }

  private boolean word(String word) {
    boolean there = text.startsWith(word, at);
    at += word.length();
    return there;
  }

  private boolean string() {
    for (at++; at < text.length(); at++) {
      char c = text.charAt(at);
      if (c == '"') {
        at++;
        return true;
      }
      if (c < 0x20 || (c == '\\' && !escape()) || (Character.isSurrogate(c) && !pair(c))) {
        return false;
      }
    }
    return false;
  }

  private boolean escape() {
    char c = ++at < text.length() ? text.charAt(at) : END;
    if (c != 'u') {
      return "\"\\/bfnrt".indexOf(c) >= 0;
    }
    for (int last = at + 4; at < last; ) {
      if (++at >= text.length() || !isHex(text.charAt(at))) {
        return false;
      }
    }
    return true;
  }

  private static boolean isHex(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
  }

  private boolean pair(char c) {
    return Character.isHighSurrogate(c)
        && ++at < text.length()
        && Character.isLowSurrogate(text.charAt(at));
  }

  private boolean numeral() {
    if (peek() == '-') {
      at++;
    }
    if (peek() == '0') {
      at++;
    } else if (!digits()) {
      return false;
    }
    if (peek() == '.') {
      at++;
      if (!digits()) {
        return false;
      }
    }
    if (peek() == 'e' || peek() == 'E') {
      at++;
      if (peek() == '+' || peek() == '-') {
        at++;
      }
      return digits();
    }
    return true;
  }

  private boolean digits() {
    int start = at;
    while (peek() >= '0' && peek() <= '9') {
      at++;
    }
    return at > start;
  }

  private char peek() {
    return at < text.length() ? text.charAt(at) : END;
  }

  /** Skips spaces; line breaks are refused by what comes after. */
  private char spaces() {
    while (peek() == ' ') {
      at++;
    }
    return peek();
  }
}
