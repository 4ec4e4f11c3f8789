package dev.omniq.dashboard;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;

/** {@code pbkdf2-sha256$ROUNDS$SALT$HASH}, the last two in Base64. */
final class PasswordHash {
  private static final String NAME = "pbkdf2-sha256";
  private static final int ROUNDS = 600_000;
  private static final int LEAST_ROUNDS = 10_000;
  private static final int MOST_ROUNDS = 10_000_000;
  private static final int BYTES = 32;
  private static final int SHORTEST = 8;
  private static final SecureRandom RANDOM = new SecureRandom();

  private final int rounds;
  private final byte[] salt;
  private final byte[] hash;

  private PasswordHash(int rounds, byte[] salt, byte[] hash) {
    this.rounds = rounds;
    this.salt = salt;
    this.hash = hash;
  }

  static PasswordHash of(String password) {
    if (password.length() < SHORTEST) {
      throw new IllegalArgumentException(
          "a password must have at least "
              + SHORTEST
              + " characters, but has "
              + password.length());
    }
    byte[] salt = new byte[BYTES / 2];
    RANDOM.nextBytes(salt);
    return new PasswordHash(ROUNDS, salt, derive(password, salt, ROUNDS));
  }

  static PasswordHash parse(String text) {
    String[] parts = text.split("\\$", -1);
    try {
      if (parts.length == 4 && parts[0].equals(NAME)) {
        int rounds = Integer.parseInt(parts[1]);
        byte[] salt = Base64.getDecoder().decode(parts[2]);
        byte[] hash = Base64.getDecoder().decode(parts[3]);
        if (rounds >= LEAST_ROUNDS
            && rounds <= MOST_ROUNDS
            && salt.length > 0
            && hash.length == BYTES) {
          return new PasswordHash(rounds, salt, hash);
        }
      }
    } catch (IllegalArgumentException e) {
      // Neither a number nor Base64: said below, without the text, which may be a password.
    }
    throw new IllegalArgumentException(
        "a password's hash must look like " + NAME + "$ROUNDS$SALT$HASH, as Login.hash makes it");
  }

  boolean fits(String password) {
    return MessageDigest.isEqual(hash, derive(password, salt, rounds));
  }

  private static byte[] derive(String password, byte[] salt, int rounds) {
    var spec = new PBEKeySpec(password.toCharArray(), salt, rounds, BYTES * 8);
    try {
      return SecretKeyFactory.getInstance("PBKDF2WithHmacSHA256").generateSecret(spec).getEncoded();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java has PBKDF2WithHmacSHA256", e);
    } finally {
      spec.clearPassword();
    }
  }

  @Override
  public String toString() {
    Base64.Encoder base64 = Base64.getEncoder();
    return "%s$%d$%s$%s"
        .formatted(NAME, rounds, base64.encodeToString(salt), base64.encodeToString(hash));
  }
}
