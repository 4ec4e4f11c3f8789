package dev.omniq.dashboard;

import dev.omniq.dashboard.Router.Answer;
import dev.omniq.dashboard.Router.Match;
import dev.omniq.task.OmniQException;
import dev.omniq.task.StorageException;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Answers every request of the dashboard, wherever its path begins. */
final class DashboardServlet extends HttpServlet {
  private static final long serialVersionUID = 1L;
  private static final Logger LOG = LoggerFactory.getLogger(DashboardServlet.class);
  private static final String API = "api/";

  private final transient Guard guard;
  private final transient Router router;
  private final transient LiveEvents events;
  private final transient Sampler sampler;

  DashboardServlet(Guard guard, Router router, LiveEvents events, Sampler sampler) {
    this.guard = guard;
    this.router = router;
    this.events = events;
    this.sampler = sampler;
  }

  @Override
  public void init() {
    sampler.start();
  }

  @Override
  protected void service(HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    guard.secure(response);
    try {
      answer(request, response);
    } catch (Problem problem) {
      write(response, problem);
    } catch (StorageException e) {
      LOG.warn("The store failed at {} {}", request.getMethod(), request.getRequestURI(), e);
      write(response, Problem.unavailable("The store failed: " + e.getMessage()));
    } catch (OmniQException e) {
      write(response, Problem.conflict(String.valueOf(e.getMessage())));
    } catch (IllegalArgumentException e) {
      write(response, Problem.badRequest(String.valueOf(e.getMessage())));
    } catch (IOException e) {
      throw e; // the client is gone
    } catch (Exception e) {
      LOG.error("{} {} failed", request.getMethod(), request.getRequestURI(), e);
      write(response, Problem.internal());
    }
  }

  private void answer(HttpServletRequest request, HttpServletResponse response) throws Exception {
    User user = guard.identify(request, response);
    @Nullable String info = request.getPathInfo();
    if (info == null) { // relative links need the slash
      // Not by the address as it came, which may begin like that of another host.
      response.sendRedirect(request.getContextPath() + request.getServletPath() + "/");
      return;
    }
    String path = info.substring(1);
    if (path.equals(API + "events") && request.getMethod().equals("GET")) {
      events.serve(response);
    } else if (path.startsWith(API)) {
      Match match = router.find(request.getMethod(), path.substring(API.length()));
      guard.admit(request, user, match.route().role());
      Answer answer = match.route().handler().handle(new Request(request, user, match.path()));
      write(response, answer.status(), "application/json", Json.bytes(answer.body()));
    } else {
      serveFile(request, response, path);
    }
  }

  private static void serveFile(
      HttpServletRequest request, HttpServletResponse response, String path) throws IOException {
    Optional<byte[]> content = Assets.content(path);
    if (content.isEmpty()) {
      throw Problem.notFound("There is no /" + path + ".");
    }
    if (!request.getMethod().equals("GET") && !request.getMethod().equals("HEAD")) {
      throw Problem.methodNotAllowed(request.getMethod());
    }
    response.setHeader("Cache-Control", "no-cache");
    write(response, 200, Assets.type(path), content.get());
  }

  private static void write(HttpServletResponse response, Problem problem) throws IOException {
    write(response, problem.status(), "application/problem+json", Json.bytes(problem.view()));
  }

  private static void write(HttpServletResponse response, int status, String type, byte[] content)
      throws IOException {
    response.setStatus(status);
    response.setContentType(type);
    response.setContentLength(content.length);
    response.getOutputStream().write(content);
  }

  @Override
  public void destroy() {
    sampler.close();
  }
}
