package dev.omniq.cli;

import dev.omniq.HealthCheck;

/**
 * What {@code doctor} found, and as its JSON has it.
 *
 * @param trouble its kind: of {@link HealthCheck.Trouble} or of {@link Kind}
 * @param what what was seen, a sentence
 * @param remedy what to do about it, a sentence
 */
record Diagnosis(String trouble, String what, String remedy) {

  /** What a queue cannot say of itself, for its store is not open. */
  enum Kind {
    /** There is no store at this place. */
    STORE_MISSING,
    /** It cannot be read. */
    STORE_DAMAGED,
    /** A newer version of OmniQ has written it. */
    STORE_NEWER,
    /** Its tables are those of an older version. */
    STORE_OLD,
    /** Who has it, a server or a process, does not answer. */
    STORE_UNREACHABLE,
    /** This user may not. */
    ACCESS_DENIED,
    /** It cannot be opened for another reason. */
    STORE_UNUSABLE,
    /** Its disk is almost full. */
    DISK_LOW
  }

  static Diagnosis of(Kind kind, String what, String remedy) {
    return new Diagnosis(kind.name(), what, remedy);
  }

  static Diagnosis of(HealthCheck.Finding finding) {
    return new Diagnosis(finding.trouble().name(), finding.what(), finding.remedy());
  }
}
