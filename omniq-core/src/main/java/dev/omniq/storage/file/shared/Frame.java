package dev.omniq.storage.file.shared;

import dev.omniq.task.ClaimToken;
import java.net.ProtocolException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * A message between two processes: the length of its body (4 bytes, big-endian), its kind (1 byte),
 * a number (8 bytes), and a body in JSON.
 *
 * @param number tells which answer belongs to which call; 0 for what needs no answer
 */
@SuppressWarnings("ArrayRecordComponent") // never compared, and copied by nobody
record Frame(Kind kind, long number, byte[] body) {
  /** The bytes before the body. */
  static final int HEAD = 13;

  private static final byte[] EMPTY = "{}".getBytes(StandardCharsets.US_ASCII);

  Frame(Kind kind) {
    this(kind, 0, EMPTY);
  }

  /** What a message is. The order is part of the protocol. */
  enum Kind {
    /** The first message of both sides: a {@link Hello}. */
    HELLO,
    /** A {@link Call}. */
    CALL,
    /** The answer to a call. */
    ANSWER,
    /** A call's {@link Failure}. */
    FAILURE,
    /** From now on this side wants to be woken up. */
    LISTEN,
    /** Wakes up: something may be due. */
    DUE,
    /** Wakes up: the claims with these tokens are over; {@link Revoked}. */
    REVOKED;

    private static final Kind[] ALL = values();

    /** What stands for it in a message. */
    @SuppressWarnings("EnumOrdinal") // the order is part of the protocol
    byte code() {
      return (byte) ordinal();
    }

    static Kind of(int code) throws ProtocolException {
      if (code < 0 || code >= ALL.length) {
        throw new ProtocolException("a message of the unknown kind " + code);
      }
      return ALL[code];
    }
  }

  /**
   * Who speaks.
   *
   * @param omniq the version of the protocol
   * @param pid the process
   * @param most the longest body that it reads
   */
  record Hello(int omniq, long pid, int most) {
    /** The version that this library speaks, and no other. */
    static final int VERSION = 1;

    static Hello here(int most) {
      return new Hello(VERSION, ProcessHandle.current().pid(), most);
    }
  }

  /** The claims that are over. */
  record Revoked(List<ClaimToken> tokens) {}
}
