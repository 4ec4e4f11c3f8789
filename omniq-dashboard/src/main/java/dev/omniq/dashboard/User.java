package dev.omniq.dashboard;

import java.util.Objects;

/**
 * Who makes a request.
 *
 * @param name for people
 * @param role what the user may do
 */
public record User(String name, Role role) {
  /** Checks that nothing is missing. */
  public User {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(role, "role");
  }
}
