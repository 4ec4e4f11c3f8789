package dev.omniq.cli;

import dev.omniq.OmniQ;
import dev.omniq.dashboard.Access;
import dev.omniq.dashboard.Dashboard;
import dev.omniq.dashboard.Login;
import dev.omniq.dashboard.Role;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code omniq dashboard}. */
@Command(
    name = "dashboard",
    header = "Shows a queue in the browser, and lets people act on its tasks.",
    description = {
      "By default only programs on this machine can reach it, and everybody may do everything.",
      "To let others in, name a file of users, or the header of a proxy before it."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  omniq dashboard",
      "  omniq dashboard --hash-password           asks for a password and prints its hash",
      "  omniq dashboard --host 0.0.0.0 --users users.txt",
      "",
      "A line of the file of users: NAME ROLE HASH, such as",
      "  ada operator pbkdf2-sha256$600000$…"
    })
final class DashboardCommand implements Callable<Integer> {
  @Mixin private final StoreOption store = new StoreOption();
  @Mixin private final OutputOptions output = new OutputOptions();

  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets it before it runs anything
  private CommandSpec spec;

  @Option(
      names = "--host",
      paramLabel = "ADDRESS",
      defaultValue = "127.0.0.1",
      description = "The address to listen on; ${DEFAULT-VALUE} by default.")
  private String host = "";

  @Option(
      names = "--port",
      paramLabel = "PORT",
      defaultValue = "8080",
      description = "The port to listen on, 0 for any; ${DEFAULT-VALUE} by default.")
  private int port;

  @Option(
      names = "--mask",
      paramLabel = "NAME",
      description = "Hide values whose names contain this, beside passwords and the like.")
  private List<String> masked = new ArrayList<>();

  @Option(
      names = "--hash-password",
      interactive = true,
      arity = "0..1",
      prompt = "Password: ",
      description = "Ask for a password, print its hash, and end.")
  private char @Nullable [] password;

  @ArgGroup private @Nullable LetIn letIn;

  /** Where it is known from who somebody is. */
  private static final class LetIn {
    @Option(
        names = "--users",
        paramLabel = "FILE",
        description = "Who is let in with a password (HTTP basic authentication).")
    private @Nullable Path users;

    @ArgGroup(exclusive = false)
    private @Nullable Proxy proxy;
  }

  /** Whom a proxy names. */
  private static final class Proxy {
    @Option(
        names = "--proxy-header",
        paramLabel = "HEADER",
        required = true,
        description = "A proxy names the user in this header.")
    private String header = "";

    @Option(
        names = "--proxy-address",
        paramLabel = "ADDRESS",
        description = "The proxy's address; can be repeated; 127.0.0.1 by default.")
    private List<String> addresses = new ArrayList<>();

    @Option(
        names = "--operator",
        paramLabel = "NAME",
        description = "A user who may change tasks; can be repeated. All others may look.")
    private List<String> operators = new ArrayList<>();
  }

  /** What programs read. */
  private record View(String url) {}

  @Override
  public Integer call() throws InterruptedException {
    if (password != null) {
      output.line(hash(new String(password)));
      return 0;
    }
    try (StopSignal stop = StopSignal.install();
        OmniQ omniq = store.openExisting();
        Dashboard dashboard = start(omniq)) {
      if (output.json()) {
        output.jsonLine(new View(dashboard.uri().toString()));
      } else {
        output.line("The dashboard is at " + dashboard.uri() + "; Ctrl-C ends it.");
      }
      while (!stop.await(Duration.ofHours(1))) {
        // until there is a signal
      }
      return 0;
    }
  }

  private String hash(String text) {
    try {
      return Login.hash(text);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), e.getMessage(), e);
    }
  }

  private Dashboard start(OmniQ omniq) {
    try {
      return Dashboard.of(omniq)
          .host(host)
          .port(port)
          .mask(masked.toArray(String[]::new))
          .access(access())
          .start();
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), e.getMessage(), e);
    }
  }

  private Access access() {
    if (letIn == null) {
      return Access.loopback();
    }
    if (letIn.users != null) {
      return Access.passwords(read(letIn.users));
    }
    if (letIn.proxy == null) {
      return Access.loopback();
    }
    List<String> addresses =
        letIn.proxy.addresses.isEmpty() ? List.of("127.0.0.1") : letIn.proxy.addresses;
    return Access.proxy(
        letIn.proxy.header, new HashSet<>(addresses), new HashSet<>(letIn.proxy.operators));
  }

  private static Map<String, Login> read(Path file) {
    List<String> lines;
    try {
      lines = Files.readAllLines(file);
    } catch (IOException e) {
      throw new UncheckedIOException("the file of users cannot be read: " + file, e);
    }
    Map<String, Login> users = new TreeMap<>();
    for (int i = 0; i < lines.size(); i++) {
      String line = lines.get(i).strip();
      if (!line.isEmpty() && !line.startsWith("#")) {
        try {
          addUser(line, users);
        } catch (IllegalArgumentException e) {
          throw new IllegalArgumentException(
              "line %d of %s: %s".formatted(i + 1, file, e.getMessage()), e);
        }
      }
    }
    return users;
  }

  private static void addUser(String line, Map<String, Login> users) {
    String[] parts = line.split("\\s+", -1);
    if (parts.length != 3) {
      throw new IllegalArgumentException("a user has a name, a role and a hash");
    }
    Role role =
        switch (parts[1].toLowerCase(Locale.ROOT)) {
          case "viewer" -> Role.VIEWER;
          case "operator" -> Role.OPERATOR;
          default ->
              throw new IllegalArgumentException(
                  "the role must be viewer or operator, but is '" + parts[1] + "'");
        };
    if (users.put(parts[0], new Login(parts[2], role)) != null) {
      throw new IllegalArgumentException("user '" + parts[0] + "' is there twice");
    }
  }
}
