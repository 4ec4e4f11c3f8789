package dev.omniq.storage.postgres;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** A PgBouncer before the server of the tests: each transaction may meet another session. */
final class PgBouncer implements AutoCloseable {
  private final Process process;
  private final String url;

  PgBouncer(Path program, Path directory) throws IOException {
    URI server = URI.create(Server.url().substring("jdbc:".length()));
    int port;
    try (ServerSocket socket = new ServerSocket(0)) {
      port = socket.getLocalPort();
    }
    Path settings = directory.resolve("pgbouncer.ini");
    Files.writeString(
        settings,
        """
        [databases]
        postgres = host=%s port=%d user=postgres
        [pgbouncer]
        listen_addr = 127.0.0.1
        listen_port = %d
        unix_socket_dir =
        auth_type = any
        pool_mode = transaction
        default_pool_size = 4
        ignore_startup_parameters = extra_float_digits
        """
            .formatted(server.getHost(), server.getPort(), port));
    List<String> command = new ArrayList<>(List.of(program.toString()));
    if (System.getProperty("user.name").equals("root")) {
      // It refuses to be run by root.
      Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
      command.addAll(List.of("-u", "nobody"));
    }
    command.add(settings.toString());
    process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(directory.resolve("pgbouncer.log").toFile())
            .start();
    url = "jdbc:postgresql://127.0.0.1:%d/postgres?user=postgres".formatted(port);
    awaitDoor(port, directory.resolve("pgbouncer.log"));
  }

  /** Where it is installed, if it is. */
  static Optional<Path> program() {
    return Stream.concat(
            Stream.of(System.getenv("PATH").split(":")), Stream.of("/usr/sbin", "/usr/local/sbin"))
        .map(directory -> Path.of(directory, "pgbouncer"))
        .filter(Files::isExecutable)
        .findFirst();
  }

  private void awaitDoor(int port, Path log) throws IOException {
    while (process.isAlive()) {
      try (Socket socket = new Socket()) {
        socket.connect(new InetSocketAddress("127.0.0.1", port));
        return;
      } catch (IOException e) {
        Thread.onSpinWait();
      }
    }
    throw new IOException("PgBouncer ended: " + Files.readString(log));
  }

  /** As programs have to call it: the older ones among the poolers keep no prepared statements. */
  String driverUrl() {
    return url + "&prepareThreshold=0";
  }

  /** The URL of a store in a schema, by way of this. */
  String url(String schema) {
    return url + "&omniq.schema=" + schema;
  }

  @Override
  public void close() {
    process.destroy();
    process.onExit().join();
  }
}
