package dev.omniq.dashboard;

/** What somebody may do. */
public enum Role {
  /** Look at everything. */
  VIEWER,
  /** Change tasks too. */
  OPERATOR;

  /** Whether this role may do what {@code needed} may. */
  boolean covers(Role needed) {
    return compareTo(needed) >= 0;
  }
}
