package dev.omniq.storage.file;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.UUID;

/**
 * JSON written by hand into a byte array that grows and is used again.
 *
 * <p>A generator would do the same with a buffer, a context and a flush of its own; here the
 * position <em>is</em> the offset in the group, and to forget a line is to step back. Keys come
 * with their punctuation as constants, so a line costs a few copies and no allocation. Not
 * thread-safe.
 */
final class JsonBuffer {
  private static final byte[] HEX = ascii("0123456789abcdef");
  private static final byte[] NULL = ascii("null");

  /** Beyond this the array of a large batch is given back. */
  private static final int KEPT = 1 << 20;

  private byte[] bytes = new byte[8 << 10];
  private int size;

  /** The bytes of a constant. */
  static byte[] ascii(String constant) {
    return constant.getBytes(StandardCharsets.US_ASCII);
  }

  int size() {
    return size;
  }

  /** The array behind it, of use until the next change. */
  byte[] array() {
    return bytes;
  }

  /** What is written, from a position on. */
  ByteBuffer from(int start) {
    return ByteBuffer.wrap(bytes, start, size - start);
  }

  /** Steps back to a position. */
  void truncate(int to) {
    size = to;
  }

  void clear() {
    size = 0;
    if (bytes.length > KEPT) {
      bytes = new byte[KEPT];
    }
  }

  JsonBuffer put(byte[] constant) {
    return put(constant, 0, constant.length);
  }

  JsonBuffer put(byte[] from, int start, int length) {
    reserve(length);
    System.arraycopy(from, start, bytes, size, length);
    size += length;
    return this;
  }

  JsonBuffer put(char ascii) {
    reserve(1);
    bytes[size++] = (byte) ascii;
    return this;
  }

  JsonBuffer nil() {
    return put(NULL);
  }

  JsonBuffer number(long value) {
    if (value < 0) {
      return put(ascii(Long.toString(value)));
    }
    int digits = 1;
    for (long rest = value; rest >= 10; rest /= 10) {
      digits++;
    }
    reserve(digits);
    digits(value, digits);
    return this;
  }

  JsonBuffer number(double value) {
    return put(ascii(Double.toString(value)));
  }

  JsonBuffer hex32(int value) {
    reserve(8);
    hex(Integer.toUnsignedLong(value), 8);
    return this;
  }

  /** A UUID in quotes. */
  JsonBuffer uuid(UUID value) {
    reserve(38);
    long high = value.getMostSignificantBits();
    long low = value.getLeastSignificantBits();
    bytes[size++] = '"';
    hex(high >>> 32, 8);
    bytes[size++] = '-';
    hex(high >>> 16, 4);
    bytes[size++] = '-';
    hex(high, 4);
    bytes[size++] = '-';
    hex(low >>> 48, 4);
    bytes[size++] = '-';
    hex(low, 12);
    bytes[size++] = '"';
    return this;
  }

  /** An instant in quotes, in ISO form with microseconds, rounded up. */
  JsonBuffer time(Instant time) {
    if (!IsoTime.isCommon(time)) {
      return string(time.toString());
    }
    reserve(IsoTime.LENGTH + 2);
    bytes[size++] = '"';
    IsoTime.write(time, bytes, size);
    size += IsoTime.LENGTH;
    bytes[size++] = '"';
    return this;
  }

  /** A text in quotes, escaped where JSON or UTF-8 need it. */
  JsonBuffer string(String text) {
    int length = text.length();
    reserve(length + 2);
    bytes[size++] = '"';
    for (int i = 0; i < length; i++) {
      char c = text.charAt(i);
      if (c < 0x80 && c >= 0x20 && c != '"' && c != '\\') {
        bytes[size++] = (byte) c;
      } else {
        i += escaped(text, i, c);
        reserve(length - i + 1);
      }
    }
    bytes[size++] = '"';
    return this;
  }

  /** JSON as it is; must be valid and without raw control characters or lone surrogates. */
  JsonBuffer raw(String json) {
    int length = json.length();
    reserve(length);
    for (int i = 0; i < length; i++) {
      char c = json.charAt(i);
      if (c < 0x80) {
        bytes[size++] = (byte) c;
      } else {
        i += utf8(json, i, c);
        reserve(length - i);
      }
    }
    return this;
  }

  /** Writes one character that is not plain; how many more characters it used. */
  private int escaped(String text, int index, char c) {
    if (c >= 0x80 && !loneSurrogate(text, index, c)) {
      return utf8(text, index, c);
    }
    reserve(6);
    bytes[size++] = '\\';
    switch (c) {
      case '"', '\\' -> bytes[size++] = (byte) c;
      case '\n' -> bytes[size++] = 'n';
      case '\r' -> bytes[size++] = 'r';
      case '\t' -> bytes[size++] = 't';
      default -> {
        bytes[size++] = 'u';
        hex(c, 4);
      }
    }
    return 0;
  }

  private static boolean loneSurrogate(String text, int index, char c) {
    if (!Character.isSurrogate(c)) {
      return false;
    }
    return !(Character.isHighSurrogate(c)
        && index + 1 < text.length()
        && Character.isLowSurrogate(text.charAt(index + 1)));
  }

  private int utf8(String text, int index, char c) {
    reserve(4);
    if (c < 0x800) {
      bytes[size++] = (byte) (0xc0 | c >> 6);
      bytes[size++] = (byte) (0x80 | c & 0x3f);
      return 0;
    }
    if (!Character.isSurrogate(c)) {
      bytes[size++] = (byte) (0xe0 | c >> 12);
      bytes[size++] = (byte) (0x80 | c >> 6 & 0x3f);
      bytes[size++] = (byte) (0x80 | c & 0x3f);
      return 0;
    }
    int point = text.codePointAt(index);
    bytes[size++] = (byte) (0xf0 | point >> 18);
    bytes[size++] = (byte) (0x80 | point >> 12 & 0x3f);
    bytes[size++] = (byte) (0x80 | point >> 6 & 0x3f);
    bytes[size++] = (byte) (0x80 | point & 0x3f);
    return 1;
  }

  private void hex(long value, int digits) {
    for (int shift = (digits - 1) * 4; shift >= 0; shift -= 4) {
      bytes[size++] = HEX[(int) (value >>> shift) & 0xf];
    }
  }

  private void digits(long value, int digits) {
    long rest = value;
    for (int i = size + digits - 1; i >= size; i--) {
      bytes[i] = (byte) ('0' + rest % 10);
      rest /= 10;
    }
    size += digits;
  }

  private void reserve(int more) {
    if (bytes.length - size < more) {
      int grown =
          (int) Math.min(Integer.MAX_VALUE - 16, Math.max(size + (long) more, bytes.length * 2L));
      if (grown - size < more) {
        throw new IllegalArgumentException("one atomic write must stay below 2 GiB");
      }
      bytes = Arrays.copyOf(bytes, grown);
    }
  }
}
