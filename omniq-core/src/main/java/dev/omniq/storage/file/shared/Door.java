package dev.omniq.storage.file.shared;

import dev.omniq.task.StorageException;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where the socket of a directory is. It belongs in the directory; but systems allow paths of
 * sockets only about a hundred bytes, and not every file system can hold sockets; where it cannot
 * be there, it stands in a directory of its own below the temporary files, and its path in the
 * store's directory.
 *
 * <p>Only the user of the owning process may use the socket. There is no moment at which others
 * could: it is made in a directory that is closed to them, and gets its place and its name when its
 * permissions are set. That also replaces the socket that a killed owner left behind.
 *
 * @param directory the directory of the store
 */
record Door(Path directory) {
  private static final Logger LOG = LoggerFactory.getLogger(Door.class);

  /** What every system allows, the smallest being that of macOS: 104 with the zero at the end. */
  private static final int LONGEST_PATH = 100;

  private static final String SOCKET = "omniq.sock";
  private static final String WAY = "omniq.sock.path";
  private static final String PRIVATE = ".omniq";
  private static final String ELSEWHERE = "omniq-";
  private static final Set<PosixFilePermission> OWNER_ONLY =
      PosixFilePermissions.fromString("rw-------");

  /** Opens the door, for the holder of the lock only. */
  ServerSocketChannel open() throws IOException {
    remove();
    if (fits(directory.resolve(PRIVATE).resolve(SOCKET))) {
      try {
        return openHere();
      } catch (IOException e) {
        LOG.debug("{} cannot hold a socket", directory, e); // as with some shared file systems
      }
    }
    return openElsewhere();
  }

  private ServerSocketChannel openHere() throws IOException {
    Path inner = directory.resolve(PRIVATE);
    makePrivate(inner);
    Files.deleteIfExists(inner.resolve(SOCKET));
    ServerSocketChannel door = bind(inner.resolve(SOCKET));
    try {
      move(inner.resolve(SOCKET), directory.resolve(SOCKET));
      Files.deleteIfExists(inner);
      return door;
    } catch (IOException e) {
      door.close();
      throw e;
    }
  }

  private ServerSocketChannel openElsewhere() throws IOException {
    Path elsewhere = Files.createTempDirectory(ELSEWHERE); // closed to others from the beginning
    Path socket = elsewhere.resolve(SOCKET);
    if (!fits(socket)) {
      Files.delete(elsewhere);
      throw new StorageException(
          "no socket can be made in %s, and the path %s is too long for one, at most %d bytes; use a directory with a shorter path, or set java.io.tmpdir to one"
              .formatted(directory, socket, LONGEST_PATH));
    }
    ServerSocketChannel door = bind(socket);
    try {
      Path next = directory.resolve(WAY + ".tmp");
      Files.writeString(next, socket.toString());
      move(next, directory.resolve(WAY));
      return door;
    } catch (IOException e) {
      door.close();
      throw e;
    }
  }

  /** Where the door is if there is one. */
  UnixDomainSocketAddress find() throws IOException {
    try {
      String elsewhere = Files.readString(directory.resolve(WAY), StandardCharsets.UTF_8);
      return UnixDomainSocketAddress.of(elsewhere);
    } catch (NoSuchFileException e) {
      return UnixDomainSocketAddress.of(directory.resolve(SOCKET));
    }
  }

  /** Removes the door, or what an owner who was killed left of it; for the holder of the lock. */
  void remove() throws IOException {
    Path way = directory.resolve(WAY);
    if (Files.exists(way)) {
      Path socket = Path.of(Files.readString(way));
      Path elsewhere = socket.getParent();
      if (elsewhere != null
          && socket.endsWith(SOCKET)
          && String.valueOf(elsewhere.getFileName()).startsWith(ELSEWHERE)) {
        removeElsewhere(socket, elsewhere);
      }
      Files.delete(way);
    }
    Files.deleteIfExists(directory.resolve(SOCKET));
  }

  private static void removeElsewhere(Path socket, Path elsewhere) throws IOException {
    Files.deleteIfExists(socket);
    try {
      Files.deleteIfExists(elsewhere);
    } catch (DirectoryNotEmptyException e) {
      // somebody else uses it
    }
  }

  private static boolean fits(Path path) {
    return path.toString().getBytes(StandardCharsets.UTF_8).length <= LONGEST_PATH;
  }

  private static ServerSocketChannel bind(Path socket) throws IOException {
    ServerSocketChannel door = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    try {
      door.bind(UnixDomainSocketAddress.of(socket));
      if (isPosix(socket)) {
        Files.setPosixFilePermissions(socket, OWNER_ONLY);
      }
      return door;
    } catch (IOException e) {
      door.close();
      throw e;
    }
  }

  private static void makePrivate(Path path) throws IOException {
    Set<PosixFilePermission> all = PosixFilePermissions.fromString("rwx------");
    try {
      if (isPosix(path)) {
        Files.createDirectory(path, PosixFilePermissions.asFileAttribute(all));
      } else {
        Files.createDirectory(path);
      }
    } catch (FileAlreadyExistsException e) {
      if (isPosix(path)) {
        Files.setPosixFilePermissions(path, all);
      }
    }
  }

  private static boolean isPosix(Path path) {
    return path.getFileSystem().supportedFileAttributeViews().contains("posix");
  }

  private static void move(Path from, Path to) throws IOException {
    Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
  }
}
