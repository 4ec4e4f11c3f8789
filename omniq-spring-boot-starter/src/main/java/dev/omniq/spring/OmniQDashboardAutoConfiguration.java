package dev.omniq.spring;

import dev.omniq.OmniQ;
import dev.omniq.dashboard.Access;
import dev.omniq.dashboard.Dashboard;
import jakarta.servlet.http.HttpServlet;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.web.servlet.ServletRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.security.web.csrf.CsrfToken;

/**
 * The dashboard in the application's own server, behind its own login, for an application with the
 * module {@code omniq-dashboard}. Who has neither role is not let in; so without Spring Security,
 * or another bean of {@link Access}, nobody is.
 */
@AutoConfiguration(after = OmniQAutoConfiguration.class)
@ConditionalOnClass({Dashboard.class, HttpServlet.class})
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
@ConditionalOnBean(OmniQ.class)
@ConditionalOnBooleanProperty(name = "omniq.dashboard.enabled", matchIfMissing = true)
@EnableConfigurationProperties(OmniQDashboardProperties.class)
public class OmniQDashboardAutoConfiguration {

  /** The dashboard under its path. */
  @Bean
  @ConditionalOnMissingBean(name = "omniqDashboard")
  ServletRegistrationBean<HttpServlet> omniqDashboard(
      OmniQ omniq, OmniQDashboardProperties properties, Access access) {
    HttpServlet servlet =
        Dashboard.of(omniq).access(access).mask(properties.mask().toArray(String[]::new)).servlet();
    var registration = new ServletRegistrationBean<>(servlet, properties.path() + "/*");
    registration.setName("omniqDashboard");
    registration.setLoadOnStartup(1); // so that its charts begin with the application
    return registration;
  }

  /** Whom the server has let in. */
  @Configuration(proxyBeanMethods = false)
  @ConditionalOnMissingClass("org.springframework.security.web.csrf.CsrfToken")
  static class OfTheServer {
    @Bean
    @ConditionalOnMissingBean
    Access omniqDashboardAccess(OmniQDashboardProperties properties) {
      return Access.container(properties.viewerRole(), properties.operatorRole());
    }
  }

  /** Whom Spring Security has let in; its own protection of changes is met as well. */
  @Configuration(proxyBeanMethods = false)
  @ConditionalOnClass(CsrfToken.class)
  static class OfSpringSecurity {
    @Bean
    @ConditionalOnMissingBean
    Access omniqDashboardAccess(OmniQDashboardProperties properties) {
      return new SpringSecurityAccess(
          Access.container(properties.viewerRole(), properties.operatorRole()));
    }
  }
}
