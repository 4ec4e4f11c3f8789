package dev.omniq.spring;

import dev.omniq.dashboard.Access;
import dev.omniq.dashboard.User;
import jakarta.servlet.http.HttpServletRequest;
import java.util.Map;
import java.util.Optional;
import org.springframework.security.web.csrf.CsrfToken;

/** Tells the dashboard's pages the token that Spring Security wants with changes. */
record SpringSecurityAccess(Access roles) implements Access {
  @Override
  public Optional<User> user(HttpServletRequest request) {
    return roles.user(request);
  }

  @Override
  public Map<String, String> headers(HttpServletRequest request) {
    // The name under which Spring Security keeps it for views; absent if it is switched off.
    return request.getAttribute(CsrfToken.class.getName()) instanceof CsrfToken token
        ? Map.of(token.getHeaderName(), token.getToken())
        : Map.of();
  }
}
